/** Shortcuts as a file that people hand on. */
import { type Changed, isCommand } from './bindings';
import { type Keyboard, KEYBOARDS } from './keyboards';
import { written } from './pattern';
import { t } from '../texts';

const KIND = 'stillbytes-shortcuts';
const VERSION = 1;
const WRONG = {
  json: t('This file is no JSON.'),
  kind: t('This file has no shortcuts of Stillbytes.'),
  version: t('These shortcuts are of a newer release.'),
};

export interface Kept {
  /** Null for the one that is here. */
  keyboard: Keyboard | null;
  changed: Changed;
}

export interface Read extends Kept {
  /** What this release does not know, or cannot take. */
  left: string[];
}

export function write({ keyboard, changed }: Kept): string {
  return `${JSON.stringify({ kind: KIND, version: VERSION, keyboard, shortcuts: changed }, null, 2)}\n`;
}

/** Throws Error, in words for people, for a file that is none of ours. */
export function read(text: string): Read {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error(WRONG.json);
  }
  const { kind, version, keyboard, shortcuts } = fields(found);
  if (kind !== KIND) throw new Error(WRONG.kind);
  if (version !== VERSION) throw new Error(WRONG.version);
  const left: string[] = [];
  const changed: Record<string, string[]> = {};
  for (const [id, keys] of Object.entries(fields(shortcuts))) {
    const patterns = Array.isArray(keys)
      ? keys.map((key: unknown) => (typeof key === 'string' ? written(key) : null))
      : [];
    if (!isCommand(id) || !Array.isArray(keys) || keys.length > MOST_KEYS || patterns.includes(null)) left.push(id);
    else changed[id] = [...new Set(patterns.filter((one) => one !== null))];
  }
  return { keyboard: KEYBOARDS.find(({ value }) => value === keyboard)?.value ?? null, changed, left };
}

/** Of one command, as the server takes them. */
export const MOST_KEYS = 6;

function fields(found: unknown): Record<string, unknown> {
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Record<string, unknown>) : {};
}
