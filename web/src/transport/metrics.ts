/**
 * When each painted frame passed which station, in milliseconds of performance.now(), so that a benchmark can split the
 * way from a slider's event to the screen. Kept for the newest frames in `window.__stillbytes_metrics`.
 */
export interface FrameMetrics {
  sequence: number;
  view: string;
  draft: boolean;
  width: number;
  height: number;
  bytes: number;
  /** The input event behind the request; null for frames that nobody's hand caused. */
  input: number | null;
  sent: number;
  received: number;
  decoded: number;
  /** drawImage returned. */
  drawn: number;
  /** The browser has produced the next frame. */
  painted: number;
  timings: { queue: number; render: number; encode: number };
}

declare global {
  interface Window {
    __stillbytes_metrics?: FrameMetrics[];
  }
}

const KEPT = 4000;

export function record(entry: FrameMetrics): void {
  const kept = (window.__stillbytes_metrics ??= []);
  kept.push(entry);
  if (kept.length > KEPT) kept.splice(0, kept.length - KEPT);
}

/** Calls back once the frame that holds what was just drawn has been produced. */
export function afterPaint(then: (at: number) => void): void {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      then(performance.now());
    };
    channel.port2.postMessage(null);
  });
}
