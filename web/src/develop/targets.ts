/** What is changed by dragging on the picture: a curve at the tone of a place, or the colour bands that it belongs to. */
import type { Command } from '../shortcuts/table';
import { TOP, added, evaluate, movedPoint } from './curve';
import { type Row, blocks } from './layout';
import { type CurvePoint, type Group, type Parameter, STRAIGHT, type Settings, figure, snapped } from './parameter';
import { changed, numberOf } from './settings';

export interface Target {
  /** Name of the section that its controls are in. */
  section: string;
  operation: string;
  /** Of the operation's editor; empty where it has none. */
  tab: string;
  label: string;
  rows: Row[];
}

/** Of each parameter, what the server says of a place: a curve's input, 0..255, or a band's share, 0..1. */
export type Told = Record<string, number>;

export type TargetCommand = Extract<Command, `target-${string}`>;
/** What each command works on. tab: only that one; else the one that is open. */
export const TARGETS: Record<TargetCommand, { operation: string; tab?: string }> = {
  'target-curve': { operation: 'tone_curve' },
  'target-hue': { operation: 'colour_mixer', tab: 'hue' },
  'target-saturation': { operation: 'colour_mixer', tab: 'saturation' },
  'target-luminance': { operation: 'colour_mixer', tab: 'luminance' },
  'target-grey': { operation: 'black_and_white' },
};

/** So many CSS pixels of the hand are the whole range. */
const TRAVEL = 500;
/** Bands with less than this part of the strongest's share stay as they are. */
const LEAST = 0.1;
/** A curve's point this near to the tone, 0..255, is moved instead of one more made. */
const NEAR = 10;

export function targetsOf(group: Group): Target[] {
  const of = (rows: Row[], label: string, tab = ''): Target[] => {
    const own = rows.filter(({ parameter }) => parameter.targeted);
    const operation = own[0]?.parameter.operation;
    return operation ? [{ section: group.name, operation, tab, label, rows: own }] : [];
  };
  return blocks(group).flatMap((block) => {
    if (block.type === 'curves') return block.curves.flatMap((c) => of([c], c.parameter.label, c.parameter.name));
    if (block.type === 'tabs') return block.tabs.flatMap(({ key, label, rows }) => of(rows, label, key));
    return block.type === 'rows' ? of(block.rows, group.label) : [];
  });
}

export function commandOf({ operation, tab }: Target): Command | undefined {
  const commands = Object.keys(TARGETS) as TargetCommand[];
  return commands.find((c) => TARGETS[c].operation === operation && (TARGETS[c].tab ?? tab) === tab);
}

/** Whether anything of the target is at that place: a grey has no colour to mix. */
export function touches({ rows }: Target, told: Told): boolean {
  return rows.some(({ parameter: p }) => p.kind === 'curve' || (told[p.name] ?? 0) > 0);
}

/** Settings after the hand went `up` CSS pixels from where they were `base`. What the target needs is turned on. */
export function dragged({ rows }: Target, base: Settings, told: Told, up: number, all: readonly Parameter[]): Settings {
  const most = Math.max(...rows.map(({ parameter }) => told[parameter.name] ?? 0));
  return rows.reduce((settings, { parameter: p, needs }) => {
    const value = told[p.name] ?? 0;
    if (p.kind === 'curve') return changed(settings, p, bent(base[p.name] as CurvePoint[] | undefined, value, up), all);
    if (value < most * LEAST) return settings;
    const by = ((p.maximum - p.minimum) * up * value) / most / TRAVEL;
    const moved = changed(settings, p, snapped(p, numberOf(base, p, {}) + by), all);
    return needs ? changed(moved, needs, true, all) : moved;
  }, base);
}

/** A curve whose point at a tone went up by so many CSS pixels. */
function bent(points: CurvePoint[] = STRAIGHT, tone: number, up: number): CurvePoint[] {
  const near = nearest(points, tone);
  const [held] = near.away < NEAR ? [{ points, index: near.index }] : [added(points, tone, evaluate(points, tone))];
  const index = held.index < 0 ? near.index : held.index;
  const [x, y] = held.points[index] ?? [tone, tone];
  return movedPoint(held.points, index, x, y + (up * TOP) / TRAVEL);
}

function nearest(points: readonly CurvePoint[], tone: number): { index: number; away: number } {
  const away = points.map(([x]) => Math.abs(x - tone));
  const least = Math.min(...away);
  return { index: away.indexOf(least), away: least };
}

/** What the hand is at, for reading: "Red +12, Orange +4". */
export function figures({ rows }: Target, base: Settings, now: Settings): string {
  return rows
    .filter(({ parameter: p }) => p.kind === 'number' && numberOf(base, p, {}) !== numberOf(now, p, {}))
    .map(({ parameter: p, label }) => `${label} ${figure(p, numberOf(now, p, {}))}`)
    .join(', ');
}
