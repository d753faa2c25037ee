import type { Carrying } from '../../api/types';

/** How far a plan is, of which news may come before the answer that it was begun. */
export class Following {
  steps = $state.raw<Carrying['steps']>([]);
  private turn = '';
  private newest: Carrying | null = null;

  carried(carrying: Carrying): void {
    this.newest = carrying;
    if (carrying.turn === this.turn) this.steps = carrying.steps;
  }

  begin(turn: string): void {
    this.turn = turn;
    if (this.newest?.turn === turn) this.steps = this.newest.steps;
  }

  end(): void {
    this.turn = '';
    this.steps = [];
  }
}
