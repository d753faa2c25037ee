/** Folders of the machine that a person walks through, or types. */
import { getDirectory } from '../../api/library';
import type { Directory } from '../../api/types';

export class Directories {
  here = $state.raw<Directory | null>(null);
  problem = $state('');
  typed = $state('');
  private turn = 0;

  /** What was asked last counts, and what is typed meanwhile stays. */
  async go(path: string): Promise<void> {
    const mine = ++this.turn;
    const before = this.typed;
    try {
      const found = await getDirectory(path);
      if (mine !== this.turn) return;
      this.here = found;
      if (this.typed === before) this.typed = found.path;
      this.problem = '';
    } catch (error) {
      if (mine === this.turn) this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  /** Whether what is typed is another place. */
  get elsewhere(): boolean {
    return this.typed.trim() !== '' && this.typed !== this.here?.path;
  }
}
