/** The server's event stream (server-sent events): jobs, changed photos, changed folder. Connects again by itself. */
import { delay } from './backoff';

export interface EventsOptions {
  url: string;
  /** Name of the event and its JSON data. */
  onevent: (name: string, data: unknown) => void;
  /** The stream was away and is back: what happened meanwhile must be asked for. */
  onreturn: () => void;
  connect?: (url: string) => EventSource;
}

export const EVENT_NAMES = [
  'job',
  'photo-changed',
  'folder-changed',
  'library-changed',
  'gpu',
  'mask-found',
  'asking',
  'carrying',
  'denoised',
  'device-failed',
  'proposed',
  'chat-changed',
  'patch-made',
  'patch-preview',
  'picture-made',
  'shortcuts-changed',
  'place-opened',
  'place-refused',
  'leaving',
] as const;
export type EventName = (typeof EVENT_NAMES)[number];
const CLOSED = 2;

export class Events {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private wasOpen = false;
  private readonly connect: (url: string) => EventSource;

  constructor(private readonly options: EventsOptions) {
    this.connect = options.connect ?? ((url) => new EventSource(url));
    this.open();
  }

  close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  private open(): void {
    const source = this.connect(this.options.url);
    this.source = source;
    source.onopen = () => {
      this.attempt = 0;
      if (this.wasOpen) this.options.onreturn();
      this.wasOpen = true;
    };
    for (const name of EVENT_NAMES) {
      source.addEventListener(name, (event) => {
        this.options.onevent(name, JSON.parse((event as MessageEvent<string>).data));
      });
    }
    source.onerror = () => {
      // While it is "connecting" the browser tries again itself; "closed" is final and ours to mend.
      if (source.readyState !== CLOSED || this.source !== source) return;
      this.timer = setTimeout(() => this.open(), delay(this.attempt++));
    };
  }
}
