/** A running Stillbytes, and what one does with its photos. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Happening, listen } from './events.ts';
import { type Client, createClient, createConfig } from './generated/client/index.ts';
import * as routes from './generated/sdk.gen.ts';
import type { ExportRequest, JobModel, PhotoEntry, PhotoModel, Settings } from './generated/types.gen.ts';
import { Refused, reach } from './refused.ts';
import { type Watching, followed } from './work.ts';

export interface StartOptions {
  /** The command and its first arguments; where it is not on the PATH, `[python, '-m', 'stillbytes']`. */
  program?: readonly [string, ...string[]];
  env?: NodeJS.ProcessEnv;
}

interface Launched {
  url: string;
  launch: string;
}

export class Stillbytes {
  /** For the routes themselves: `routes.getPhoto({ client: app.client, path: { id } })`. */
  readonly client: Client;
  readonly url: string;
  private readonly token: string;
  private readonly process: ChildProcess | null;

  private constructor(url: string, token: string, process: ChildProcess | null) {
    this.url = url.replace(/\/$/, '');
    this.token = token;
    this.process = process;
    const headers = { authorization: `Bearer ${token}` };
    this.client = createClient(createConfig({ baseUrl: this.url, headers, fetch: reach, throwOnError: true }));
  }

  /** Starts a server of its own over a folder of photos; it ends with this program, or with `close`. */
  static async start(folder: string, options: StartOptions = {}): Promise<Stillbytes> {
    const [command, ...first] = options.program ?? ['stillbytes'];
    const given = [...first, 'serve', folder, '--json', '--no-browser', '--exit-with-parent'];
    const process = spawn(command, given, { stdio: ['pipe', 'pipe', 'inherit'], env: options.env });
    const line = await new Promise<string>((resolve, reject) => {
      process.once('error', reject);
      process.once('exit', (code) => reject(new Refused(`Stillbytes ended with status ${code}.`)));
      createInterface(process.stdout).once('line', resolve);
    });
    return Stillbytes.enter(JSON.parse(line) as Launched, process);
  }

  /** Joins one that runs: the address that it printed, with its launch token, which is good for one program. */
  static connect(launch: string): Promise<Stillbytes> {
    return Stillbytes.enter({ url: new URL('/', launch).href, launch }, null);
  }

  private static async enter({ url, launch }: Launched, process: ChildProcess | null): Promise<Stillbytes> {
    const answer = await fetch(launch, { redirect: 'manual' });
    const token = answer.headers.getSetCookie()[0]?.match(/=([^;]+)/)?.[1];
    if (!token) throw new Refused('The launch address was used already.', 'Start Stillbytes again for another.');
    return new Stillbytes(url, token, process);
  }

  /** Ends the server that `start` began. */
  async close(): Promise<void> {
    const { process } = this;
    if (!process || process.exitCode !== null) return;
    const ended = new Promise((resolve) => process.once('exit', resolve));
    process.stdin?.end();
    await ended;
  }

  /** What happens from now on, on this server: jobs, changed photos, what was found and made. */
  listen(signal?: AbortSignal): Promise<AsyncGenerator<Happening>> {
    return listen(this.url, this.token, signal);
  }

  async photos(): Promise<PhotoEntry[]> {
    return (await routes.getFolder({ client: this.client, throwOnError: true })).data.photos;
  }

  async photo(id: string): Promise<PhotoModel> {
    return (await routes.getPhoto({ client: this.client, path: { id }, throwOnError: true })).data;
  }

  /** Parameters by name (`stillbytes params` lists them); null goes back to the default. One step of the history. */
  async change(id: string, changes: Partial<Settings>, label = 'Changed'): Promise<PhotoModel> {
    const { settings } = await this.photo(id);
    const merged = Object.entries({ ...settings, ...changes }).filter(([, value]) => value !== null);
    const body = { settings: Object.fromEntries(merged) as Settings, label };
    return (await routes.putSettings({ client: this.client, path: { id }, body, throwOnError: true })).data;
  }

  /** Finds something ({ kind: 'subject' }, { kind: 'sky' }, ...) and lays an adjustment on it; gives the adjustment's id. */
  async mask(id: string, kind: { kind: string } & Record<string, unknown>, delta: object, watching: Watching = {}) {
    const asked = { client: this.client, path: { id }, body: { kind }, throwOnError: true } as const;
    let found: unknown = null;
    await this.work(
      id,
      async () => (await routes.findMask(asked)).data,
      watching,
      ({ name, data }) => {
        if (name === 'mask-found') found = data['kind'];
      },
    );
    if (!found) throw new Refused('What was found did not arrive.', 'Ask again.');
    const { settings } = await this.photo(id);
    const known = (settings as { adjustments?: object[] }).adjustments ?? [];
    const adjustment = { id: crypto.randomUUID(), name: kind.kind, delta, mask: { components: [{ kind: found }] } };
    await this.change(id, { adjustments: [...known, adjustment] } as Partial<Settings>, `Mask: ${kind.kind}`);
    return adjustment.id;
  }

  /** Does a task (`stillbytes fill --help` and others tell their parameters), followed to its end. */
  async make(
    id: string,
    task: string,
    given: { parameters?: Record<string, unknown>; mask?: Record<string, unknown>; reference?: string },
    watching: Watching = {},
  ): Promise<{ patch: Record<string, unknown> | null; job: JobModel | null }> {
    let patch: Record<string, unknown> | null = null;
    const job = await this.work(
      id,
      async () => {
        const asked = { client: this.client, path: { id }, body: { task, ...given }, throwOnError: true } as const;
        return (await routes.makePatch(asked)).data.job ?? null;
      },
      watching,
      ({ name, data }) => {
        if (name === 'patch-made') patch = data['patch'] as Record<string, unknown>;
      },
    );
    return { patch, job };
  }

  /** Writes files into a folder beside the photos; the job's message says where. */
  async export(request: ExportRequest, watching: Watching = {}): Promise<JobModel> {
    const asked = { client: this.client, body: request, throwOnError: true } as const;
    return (await this.work('', async () => (await routes.startExport(asked)).data, watching))!;
  }

  /** The developed picture as a JPEG, its long edge about 512 pixels. */
  async thumbnail(id: string): Promise<Uint8Array> {
    const headers = { authorization: `Bearer ${this.token}` };
    return (await reach(`${this.url}/api/photos/${id}/thumbnail`, { headers })).bytes();
  }

  /** Listens first, begins then, so that nothing is missed. */
  private async work(
    photo: string,
    begin: () => Promise<JobModel | null>,
    { onprogress, onpreview, signal }: Watching,
    hear: (happening: Happening) => void = () => undefined,
  ): Promise<JobModel | null> {
    signal?.throwIfAborted();
    const done = new AbortController();
    const heard = await this.listen(done.signal);
    let cancel = () => {};
    try {
      const begun = await begin();
      if (!begun) return null;
      cancel = () => void routes.cancelJob({ client: this.client, path: { id: begun.id } }).catch(() => undefined);
      if (signal?.aborted) cancel();
      signal?.addEventListener('abort', cancel, { once: true });
      const hearing = (happening: Happening) => {
        if (happening.data['photo'] !== photo) return;
        if (happening.name === 'patch-preview') onpreview?.(String(happening.data['picture']));
        hear(happening);
      };
      return await followed(begun, heard, hearing, (job) => onprogress?.(job));
    } finally {
      signal?.removeEventListener('abort', cancel);
      done.abort();
    }
  }
}
