/**
 * Writes to the server, one after the other and in order. A write that finds no server waits and is tried again, so
 * nothing that a person did is lost while the connection is away; one that the server refuses is reported and dropped.
 */
import { delay } from './backoff';
import { Refused } from './refused';

export class WriteQueue {
  private readonly waiting: (() => Promise<void>)[] = [];
  private running = false;
  private pending = 0;

  constructor(
    private readonly onstate: (reachable: boolean) => void = () => undefined,
    /** Everything that was to be written is answered. */
    private readonly onidle: () => void = () => undefined,
  ) {}

  /** Writes that the server has not answered yet. */
  get length(): number {
    return this.pending;
  }

  /** Resolves with what `write` returns, at last; rejects only when the server refuses. */
  add<T>(write: () => Promise<T>): Promise<T> {
    this.pending++;
    return new Promise<T>((resolve, reject) => {
      this.waiting.push(async () => {
        for (let attempt = 0; ; attempt++) {
          try {
            const result = await write();
            this.onstate(true);
            this.pending--;
            resolve(result);
            return;
          } catch (error) {
            if (error instanceof Refused) {
              this.pending--;
              reject(error);
              return;
            }
            this.onstate(false);
            await new Promise((next) => setTimeout(next, delay(attempt)));
          }
        }
      });
      void this.run();
    });
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) await next();
    this.running = false;
    this.onidle();
  }
}
