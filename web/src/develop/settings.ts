/** Changes of a sparse set of settings. All functions return a new set. */
import type { Group, Parameter, Settings, Value } from './parameter';

/** What the server says the photo effectively has where the settings are silent, e.g. the as-shot temperature. */
export type Effective = Record<string, number>;

export function same(a: Value | undefined, b: Value | undefined): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}

export function valueOf(settings: Settings, p: Parameter): Value {
  const own = settings[p.name];
  return own === undefined ? p.default : own;
}

/** A number to show: the setting, else the default, else what the photo has. */
export function numberOf(settings: Settings, p: Parameter, effective: Effective): number {
  const value = valueOf(settings, p);
  return typeof value === 'number' ? value : (effective[p.name] ?? (p.minimum + p.maximum) / 2);
}

function put(settings: Settings, p: Parameter, value: Value): Settings {
  const { [p.name]: _, ...rest } = settings;
  return value === null || same(value, p.default) ? rest : { ...rest, [p.name]: value };
}

/** The numbers of an operation that default to what the photo says, and the choice that says so. */
function companions(p: Parameter, all: readonly Parameter[]): { mode: Parameter | undefined; held: Parameter[] } {
  const family = all.filter((q) => q.operation === p.operation);
  const mode = family.find((q) => q.kind === 'choice' && q.choices.includes('custom'));
  return { mode, held: family.filter((q) => q.kind === 'number' && q.default === null) };
}

/**
 * `p` set to `value`; null resets it. A number that defaults to what the photo says (temperature, tint) turns its
 * operation's choice to "custom" and fixes its siblings where they are; any other choice lets them go again.
 */
export function changed(
  settings: Settings,
  p: Parameter,
  value: Value,
  all: readonly Parameter[],
  effective: Effective = {},
): Settings {
  const { mode, held } = companions(p, all);
  if (!mode || held.length === 0) return put(settings, p, value);
  if (p.name === mode.name) {
    const next = put(settings, p, value);
    if (value === 'custom') return fixed(next, held, effective);
    return held.reduce((s, q) => put(s, q, null), next);
  }
  if (!held.some((q) => q.name === p.name)) return put(settings, p, value);
  if (value === null) {
    const next = put(settings, p, null);
    return held.some((q) => q.name in next) ? next : put(next, mode, null);
  }
  return fixed(put(put(settings, mode, 'custom'), p, value), held, effective);
}

function fixed(settings: Settings, held: readonly Parameter[], effective: Effective): Settings {
  return held.reduce((s, q) => {
    const value = effective[q.name];
    return q.name in s || value === undefined ? s : put(s, q, value);
  }, settings);
}

export function only(settings: Settings, groups: readonly Group[], chosen: ReadonlySet<string>): Settings {
  const names = new Set(groups.filter((g) => chosen.has(g.name)).flatMap((g) => g.parameters.map((p) => p.name)));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.has(name)));
}

export function without(settings: Settings, parameters: readonly Parameter[]): Settings {
  const names = new Set(parameters.map((p) => p.name));
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.has(name)));
}

/** The names under which the two differ. */
export function difference(a: Settings, b: Settings): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].filter((name) => !same(a[name], b[name]));
}

export function equal(a: Settings, b: Settings): boolean {
  return difference(a, b).length === 0;
}
