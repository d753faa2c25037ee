/** The server's event stream (server-sent events), read with fetch so that it can carry the token. */
import { reach } from './refused.ts';

/** One event: its name ("job", "patch-made", "patch-preview", "mask-found", "photo-changed" and others) and its data. */
export interface Happening {
  name: string;
  data: Record<string, unknown>;
}

/** What happens from the moment that this resolves, until `signal` aborts or the server ends. */
export async function listen(url: string, token: string, signal?: AbortSignal): Promise<AsyncGenerator<Happening>> {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  const response = await reach(`${url}/api/events`, { headers, signal: signal ?? null });
  const pieces = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  const first = await pieces.next(); // a comment, which the server sends once it listens
  return happenings(pieces, first.value ?? '', signal);
}

async function* happenings(
  pieces: AsyncIterator<string>,
  text: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Happening> {
  try {
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) {
      const told = (text + piece.value).split('\n\n');
      text = told.pop() ?? '';
      for (const lines of told) yield* happening(lines);
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

function* happening(lines: string): Generator<Happening> {
  const fields = new Map(lines.split('\n').map((line) => [line.split(': ', 1)[0], line.replace(/^[^:]*: ?/, '')]));
  const [name, data] = [fields.get('event'), fields.get('data')];
  if (name && data) yield { name, data: JSON.parse(data) as Record<string, unknown> };
}
