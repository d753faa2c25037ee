/**
 * How a group of declared parameters is laid out, read from the declarations alone:
 *   curves of one operation share one editor with a tab for each;
 *   X_hue, X_saturation and X_luminance make a wheel; wheels of one operation stand together;
 *   numbers of one operation named KIND_BAND for every KIND and BAND are tabs of kinds;
 *   everything else is a row of its own, whatever it is called.
 */
import { t } from '../texts';
import { GEOMETRY_NAMES } from '../crop/settings';
import type { Group, Parameter, Settings } from './parameter';

export interface Wheel {
  key: string;
  label: string;
  hue: Parameter;
  saturation: Parameter;
  luminance: Parameter;
}

export interface Tab {
  key: string;
  label: string;
  rows: Row[];
}

export interface Row {
  parameter: Parameter;
  label: string;
  /** The toggle that must be on, or the file that must be chosen, for this row to do anything. */
  needs: Parameter | null;
}

export type Block =
  | { type: 'rows'; key: string; rows: Row[] }
  | { type: 'curves'; key: string; curves: Row[] }
  | { type: 'wheels'; key: string; wheels: Wheel[] }
  | { type: 'tabs'; key: string; tabs: Tab[] };

const WHEEL_PARTS = ['hue', 'saturation', 'luminance'] as const;
const FEWEST_BANDS = 3;
const CHANNELS: Record<string, string> = {
  curve: 'RGB',
  curve_red: t('Red'),
  curve_green: t('Green'),
  curve_blue: t('Blue'),
};

/** Names of the processes that an edit has older ones of, as a text: equal while a hand moves something else. */
export function olderProcesses(parameters: readonly Parameter[], settings: Settings): string {
  return parameters.flatMap((p) => (p.process && p.name in settings ? [p.name] : [])).join();
}

/** The groups that the panel shows: without what only the crop, masks and patches change, and without processes other
 * than the edit's older ones. */
export function sections(groups: readonly Group[], older: string): Group[] {
  const elsewhere = (p: Parameter) =>
    GEOMETRY_NAMES.includes(p.name) || p.kind === 'adjustments' || p.kind === 'patches';
  return groups
    .map((g) => ({ ...g, parameters: g.parameters.filter((p) => !p.process || older.split(',').includes(p.name)) }))
    .filter((g) => !g.parameters.every(elsewhere));
}

export function blocks(group: Group): Block[] {
  const found: Block[] = [];
  for (const parameters of byOperation(group.parameters)) found.push(...operationBlocks(parameters));
  return apart(found);
}

/** Two rows of a section that would be called the same get their labels whole. */
function apart(blocks: Block[]): Block[] {
  const labels = blocks.flatMap((b) => (b.type === 'rows' ? b.rows.map((r) => r.label) : []));
  const twice = new Set(labels.filter((label, i) => labels.indexOf(label) !== i));
  const whole = (row: Row): Row => (twice.has(row.label) ? { ...row, label: row.parameter.label } : row);
  return blocks.map((b) => (b.type === 'rows' ? { ...b, rows: b.rows.map(whole) } : b));
}

function byOperation(parameters: readonly Parameter[]): Parameter[][] {
  const runs = new Map<string, Parameter[]>();
  for (const p of parameters) runs.set(p.operation, [...(runs.get(p.operation) ?? []), p]);
  return [...runs.values()];
}

function operationBlocks(parameters: Parameter[]): Block[] {
  const key = parameters[0]?.operation ?? '';
  const curves = parameters.filter((p) => p.kind === 'curve');
  const wheels = wheelsOf(parameters);
  const inWheels = new Set(wheels.flatMap((w) => [w.hue, w.saturation, w.luminance]));
  const numbers = parameters.filter((p) => p.kind === 'number' && !inWheels.has(p));
  const tabs = tabsOf(numbers);
  const inTabs = new Set(tabs.flatMap((t) => t.rows.map((r) => r.parameter)));
  const rest = parameters.filter((p) => p.kind !== 'curve' && !inWheels.has(p) && !inTabs.has(p));
  const result: Block[] = [];
  if (curves.length) result.push({ type: 'curves', key: `${key}-curves`, curves: curves.map(curveRow) });
  if (wheels.length) result.push({ type: 'wheels', key: `${key}-wheels`, wheels });
  if (tabs.length) result.push({ type: 'tabs', key: `${key}-tabs`, tabs });
  if (rest.length) result.push({ type: 'rows', key: `${key}-rows`, rows: rowsOf(rest) });
  return result;
}

export function curveRow(parameter: Parameter): Row {
  const label = CHANNELS[parameter.name] ?? (parameter.label.replace(/\s*curve$/i, '') || 'RGB');
  return { parameter, label, needs: null };
}

function wheelsOf(parameters: readonly Parameter[]): Wheel[] {
  const byName = new Map(parameters.map((p) => [p.name, p]));
  const wheels: Wheel[] = [];
  for (const hue of parameters) {
    if (!hue.name.endsWith('_hue')) continue;
    const key = hue.name.slice(0, -'_hue'.length);
    const [, saturation, luminance] = WHEEL_PARTS.map((part) => byName.get(`${key}_${part}`));
    if (!saturation || !luminance) continue;
    const label = leading([hue, saturation, luminance].map((p) => p.label));
    wheels.push({ key, label, hue, saturation, luminance });
  }
  return wheels;
}

function tabsOf(numbers: readonly Parameter[]): Tab[] {
  const kinds = new Map<string, Map<string, Parameter>>();
  for (const p of numbers) {
    const cut = p.name.indexOf('_');
    if (cut < 1) return [];
    const kind = p.name.slice(0, cut);
    const bands = kinds.get(kind) ?? new Map<string, Parameter>();
    kinds.set(kind, bands.set(p.name.slice(cut + 1), p));
  }
  const [first, ...others] = [...kinds.values()];
  if (!first || first.size < FEWEST_BANDS || others.length === 0) return [];
  const names = [...first.keys()].join();
  if (others.some((bands) => [...bands.keys()].join() !== names)) return [];
  return [...kinds].map(([key, bands]) => {
    const held = [...bands.values()];
    return { key, label: leading(held.map((p) => p.label)) || capital(key), rows: rowsOf(held) };
  });
}

/** Rows without the words that all their labels begin with ("Grey of red", "Grey of blue" -> "Red", "Blue"). */
function rowsOf(parameters: Parameter[]): Row[] {
  const [first] = parameters;
  const switches = parameters.filter((p) => p.kind === 'toggle' || p.kind === 'lut');
  const needs = first && switches.length === 1 && first === switches[0] && parameters.length > 1 ? first : null;
  const numbers = parameters.filter((p) => p.kind === 'number');
  const shared = sharedWords(numbers.map((p) => p.label));
  return parameters.map((parameter) => ({
    parameter,
    label: parameter.kind === 'number' ? capital(parameter.label.slice(shared)) : parameter.label,
    needs: parameter === needs ? null : needs,
  }));
}

function sharedWords(labels: readonly string[]): number {
  if (labels.length < FEWEST_BANDS) return 0;
  const split = labels.map((label) => label.split(' '));
  const [first] = split;
  let words = 0;
  while (first && split.every((s) => s.length > words + 1 && s[words] === first[words])) words++;
  return words === 0 ? 0 : (first?.slice(0, words).join(' ').length ?? 0) + 1;
}

/** The words that all begin with: of "Shadows hue" and "Shadows luminance" those are "Shadows". */
function leading(labels: readonly string[]): string {
  return (labels[0] ?? '').slice(0, sharedWords(labels)).replace(/[\s:,]+$/, '');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
