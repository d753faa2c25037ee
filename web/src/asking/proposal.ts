/** A proposal on the page: its lines to switch and weaken, and the settings that they come to. */
import type { Adjustment, Parameter, Proposal, Settings, Value } from '../api/types';
import { choiceLabel, clamped, figure } from '../develop/parameter';
import { same } from '../develop/settings';
import { lower, plural, t } from '../texts';

type Step = Proposal['steps'][number];
type Row = Step['rows'][number];

/** What is switched as one: a row, or a whole step where half of it makes no sense. */
export interface Line {
  key: string;
  /** Of the rows that are switched. */
  rows: string[];
  label: string;
  /** The mask that it is in. */
  part: string;
  /** What the row says at its present amount; "" for a step. */
  parameter: Parameter | null;
  row: Row | null;
  /** Its rows are taken together, in part too: a preset, which this names. */
  together: string;
}

/** Row -> how much of it: 0 for none, 1.5 at most. What is not there is 1. */
export type Amounts = Readonly<Record<string, number>>;
export type Declared = (name: string, local: boolean) => Parameter | undefined;

const numeric = (value: unknown): value is number => typeof value === 'number';
/** Amounts from 0 to 150 %. */
export const MOST = 150;

/** Whether a part of the row can be taken; switches and choices know only all or nothing. */
export function divisible({ from, start, to }: Row): boolean {
  return numeric(start ?? from) && numeric(to);
}

/** Steps that are done when they are told. */
const TOLD: readonly string[] = ['search', 'explain'];

export function linesOf(proposal: Proposal, declared: Declared): Line[] {
  return proposal.steps.flatMap((step, i): Line[] => {
    if (TOLD.includes(step.tool) || step.count === 0) return [];
    const keys = step.rows.map((row) => `${i}.${row.parameter}`);
    if (step.tool !== 'set' && step.tool !== 'mask') {
      // What is made or shown is known by its place alone; undo and redo cannot be left out.
      const whole = step.tool === 'task' || step.tool === 'export' || step.tool === 'compare' ? [`${i}`] : keys;
      const label = step.count > 1 ? `${step.says} ${plural(step.count, ['# step', '# steps'])}` : step.says;
      const line = { key: `${i}`, rows: whole, part: '', parameter: null, row: null };
      if (step.tool === 'preset') return [{ ...line, label: t('Preset'), together: step.says.replace(/^Preset /, '') }];
      return [{ ...line, label, together: '' }];
    }
    const part = step.tool === 'mask' ? step.name : '';
    return step.rows.map((row) => {
      const key = `${i}.${row.parameter}`;
      const parameter = declared(row.parameter, step.tool === 'mask') ?? null;
      return { key, rows: [key], label: row.label, part, parameter, row, together: '' };
    });
  });
}

/** The value with so much of the change, as the server works it out. */
export function at(row: Row, p: Parameter, amount: number): Value {
  const before = row.from as Value;
  const begin = row.start ?? before;
  if (amount <= 0) return before;
  if (amount === 1 || !numeric(begin) || !numeric(row.to)) return row.to as Value;
  const { to } = row;
  if (p.scale === 'log') return clamped(p, begin * (to / begin) ** amount);
  return clamped(p, begin + (to - begin) * amount);
}

/** The settings with the proposal. */
export function taken(proposal: Proposal, amounts: Amounts, declared: Declared): Settings {
  const settings: Settings = { ...proposal.settings };
  proposal.steps.forEach((step, i) => {
    if (step.tool === 'mask') return;
    for (const row of step.rows) {
      const p = declared(row.parameter, false);
      if (row.parameter === 'adjustments' && (amounts[`${i}.adjustments`] ?? 1) > 0)
        settings.adjustments = row.to as Value;
      if (!p || row.parameter === 'adjustments') continue;
      const value = at(row, p, amounts[`${i}.${row.parameter}`] ?? 1);
      if (value === null || same(value, p.default)) Reflect.deleteProperty(settings, p.name);
      else settings[p.name] = value;
    }
  });
  const held = (settings.adjustments as Adjustment[] | undefined) ?? [];
  const adjustments = proposal.steps.reduce((list, step, i) => masked(list, step, i, amounts, declared), held);
  return adjustments.length > 0 ? { ...settings, adjustments } : settings;
}

function masked(held: Adjustment[], step: Step, i: number, amounts: Amounts, declared: Declared): Adjustment[] {
  if (step.tool !== 'mask') return held;
  const delta: Record<string, number> = {};
  for (const row of step.rows) {
    const p = declared(row.parameter, true);
    const value = p ? at(row, p, amounts[`${i}.${row.parameter}`] ?? 1) : 0;
    delta[row.parameter] = numeric(value) ? value : 0;
  }
  if (held.some((one) => one.id === step.adjustment)) {
    return held.map((one) => (one.id === step.adjustment ? { ...one, delta: { ...one.delta, ...delta } } : one));
  }
  if (Object.values(delta).every((value) => value === 0)) return held;
  const { adjustment: id, name, mask } = step;
  return [...held, { id, name, mask: mask ?? {}, delta, amount: 1, enabled: true }];
}

/** "5500 → 5800 K", "Off → on". */
export function moved(row: Row, p: Parameter, amount: number): string {
  const begin = row.start ?? (row.from as Value);
  const unit = p.unit && numeric(row.to) ? (p.unit === '°' ? p.unit : ` ${p.unit}`) : '';
  return `${told(p, begin)} → ${told(p, amount <= 0 ? begin : at(row, p, amount))}${unit}`;
}

function told(p: Parameter, value: Value): string {
  if (numeric(value)) return figure(p, value);
  if (typeof value === 'boolean') return value ? t('on') : t('off');
  return typeof value === 'string' ? lower(choiceLabel(value, p)) : value === null ? t('as shot') : t('changed');
}
