/** For tests: a server with one photo, and some parameters of it. */
import type { Parameter, Photo, Settings } from '../api/types';

const base = { unit: '', scale: 'linear', choices: [], gradient: [], says: '', step: 1, minimum: -100, maximum: 100 };
export const exposure: Parameter = {
  ...base,
  name: 'exposure',
  label: 'Exposure',
  group: 'Tone',
  operation: 'exposure',
  kind: 'number',
  default: 0,
  minimum: -5,
  maximum: 5,
  step: 0.01,
};
export const contrast: Parameter = { ...exposure, ...base, name: 'contrast', label: 'Contrast', operation: 'contrast' };
const flag = { ...base, group: 'Crop', operation: 'crop', default: false, kind: 'toggle' };
export const crop: Parameter[] = [
  { ...flag, name: 'rotate', label: 'Rotate', kind: 'choice', default: '0', choices: ['0', '90', '180', '270'] },
  { ...flag, name: 'flip_horizontal', label: 'Flip horizontal' },
  { ...flag, name: 'flip_vertical', label: 'Flip vertical' },
];

/** A server with one photo and a history. */
export class Server {
  entries: { label: string; settings: Settings }[] = [{ label: 'Opened', settings: {} }];
  position = 0;
  requests: string[] = [];
  away = false;
  refuses = false;
  rounds = false;
  private held: (() => void)[] | null = null;

  photo(id = 'a'): Photo {
    const size = { width: 6000, height: 4000 };
    const white = { temperature: 5000, tint: 0 };
    return {
      id,
      of: id,
      version: 1,
      version_name: '',
      snapshots: [],
      name: 'a.dng',
      kind: 'raw',
      frame: size,
      developed: size,
      as_shot: white,
      white_balance: white,
      settings: this.entries[this.position]?.settings ?? {},
      metadata: {},
      history: {
        position: this.position,
        entries: this.entries.slice(1).map(({ label }, i) => ({ index: i + 1, label, at: '', gradual: true })),
        can_undo: this.position > 0,
        can_redo: this.position < this.entries.length - 1,
      },
    };
  }

  fetch = async (request: Request): Promise<Response> => {
    const { method } = request;
    const path = new URL(request.url).pathname;
    if (this.away) throw new TypeError('Failed to fetch');
    if (path.endsWith('/empty')) {
      return new Response(JSON.stringify({ error: { message: 'It has 0 bytes.', remedy: '' } }), { status: 415 });
    }
    this.requests.push(`${method} ${path}`);
    if (method === 'PUT') {
      if (this.refuses) {
        const error = { message: 'Exposure cannot be that.', remedy: 'Use less.' };
        return new Response(JSON.stringify({ error }), { status: 422 });
      }
      const { settings, label } = (await request.json()) as { settings: Settings; label: string };
      if (this.rounds) settings.exposure = Number(Number(settings.exposure).toFixed(1));
      this.entries = [...this.entries.slice(0, this.position + 1), { label, settings }];
      this.position++;
    } else if (path.endsWith('/undo')) this.position--;
    else if (path.endsWith('/redo')) this.position++;
    const answer = new Response(JSON.stringify(this.photo(path.split('/')[3])), {
      headers: { 'content-type': 'application/json' },
    });
    if (this.held) await new Promise<void>((go) => this.held?.push(go));
    return answer;
  };

  /** From now on an answer is made at once, and sent when told. */
  hold(): void {
    this.held = [];
  }

  answer(index: number): void {
    this.held?.[index]?.();
    if (index === 0) this.held = null;
  }
}
