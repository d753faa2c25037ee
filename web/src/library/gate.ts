/**
 * Lets only a few through at a time. Browsers open six connections to a server; thumbnails that have to be rendered
 * would hold all of them and a slider's commit would wait behind. The newest comer goes first, being the one in sight.
 */
export class Gate {
  private inside = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly most: number) {}

  /** Calls `go` when there is room. The returned function leaves, or gives up waiting; it may be called twice. */
  enter(go: () => void): () => void {
    let state: 'waiting' | 'inside' | 'gone' = 'waiting';
    const start = () => {
      state = 'inside';
      this.inside++;
      go();
    };
    const leave = () => {
      if (state === 'inside') {
        this.inside--;
        this.waiting.pop()?.();
      } else if (state === 'waiting') {
        this.waiting.splice(this.waiting.indexOf(start), 1);
      }
      state = 'gone';
    };
    if (this.inside < this.most) start();
    else this.waiting.push(start);
    return leave;
  }
}
