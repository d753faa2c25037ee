/** How much is taken of each row of a proposal, and which are switched off. */
import type { Amounts, Line } from '../../asking/proposal';

export class Portions {
  /** Of rows; those switched off keep theirs. */
  amounts = $state.raw<Amounts>({});
  off = $state.raw<ReadonlySet<string>>(new Set());
  /** As they are sent: 0 for what is switched off. */
  effective = $derived<Record<string, number>>({
    ...this.amounts,
    ...Object.fromEntries([...this.off].map((key) => [key, 0])),
  });

  switch(line: Line, on: boolean): void {
    const off = new Set(this.off);
    for (const key of line.rows) {
      if (on) off.delete(key);
      else off.add(key);
    }
    this.off = off;
  }

  /** amount: 0..1.5. */
  take(line: Line, amount: number): void {
    const keys = line.together ? line.rows : [];
    this.amounts = { ...this.amounts, ...Object.fromEntries([line.key, ...keys].map((key) => [key, amount])) };
  }

  clear(): void {
    this.amounts = {};
    this.off = new Set();
  }
}
