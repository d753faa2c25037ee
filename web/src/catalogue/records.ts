/** The server's stream of previews, cut into records as its bytes arrive. */
export type State = 'final' | 'provisional' | 'none';

export interface Preview {
  number: number;
  /** "provisional": the camera's picture of an edited photo; "none": there is nothing to show. */
  state: State;
  jpeg: Uint8Array<ArrayBuffer>;
}

const HEAD = 16;
const STATES: readonly State[] = ['final', 'provisional', 'none'];

export class Records {
  private held = new Uint8Array();

  /** The records that the bytes complete. */
  push(bytes: Uint8Array): Preview[] {
    if (this.held.length) {
      const joined = new Uint8Array(this.held.length + bytes.length);
      joined.set(this.held);
      joined.set(bytes, this.held.length);
      bytes = joined;
    }
    const found: Preview[] = [];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    while (at + HEAD <= bytes.length) {
      const end = at + HEAD + view.getUint32(at + 12, true);
      if (end > bytes.length) break;
      const state = STATES[view.getUint8(at + 8)] ?? 'none';
      found.push({ number: Number(view.getBigUint64(at, true)), state, jpeg: bytes.slice(at + HEAD, end) });
      at = end;
    }
    this.held = bytes.slice(at);
    return found;
  }
}
