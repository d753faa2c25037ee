/** Develop parameters as the server declares them, and what one value of one of them means to a slider and a reader. */
import { lower, POINT, t } from '../texts';

export type CurvePoint = [x: number, y: number];
/** A sampled colour in Oklab and how what is near it changes. */
export interface PointColour {
  colour: [number, number, number];
  hue: number;
  saturation: number;
  luminance: number;
  variance: number;
  range: number;
}
/** What an adjustment adds: to a number, by how much a curve bends, or point colours. */
export type DeltaValue = number | CurvePoint[] | PointColour[];
/** A mask, as the server knows its kinds, and what is added to the settings where it is. */
export interface Adjustment {
  id: string;
  name: string;
  mask: Record<string, unknown>;
  delta: Record<string, DeltaValue>;
  amount: number;
  enabled: boolean;
}
/** Pixels in place of the photo's own over a part of the frame, or a spot that is evaluated from its recipe. */
export interface Patch {
  id: string;
  name: string;
  task: string;
  rect: [number, number, number, number];
  variants: string[];
  chosen: number;
  grain: boolean;
  opacity: number;
  enabled: boolean;
  mask: Record<string, unknown>;
  recipe: Record<string, unknown>;
}
export type Value = number | string | boolean | CurvePoint[] | PointColour[] | Adjustment[] | Patch[] | null;
/** Only values that differ from the default. */
export type Settings = Record<string, Value>;

export interface Parameter {
  name: string;
  label: string;
  group: string;
  operation: string;
  kind: string;
  default: Value;
  minimum: number;
  maximum: number;
  step: number;
  unit: string;
  scale: string;
  choices: string[];
  /** What a person reads for each of `choices`; none where the words themselves do. */
  choice_labels?: string[];
  gradient: string[];
  says: string;
  /** Whether the server can find a value by looking at the photo. */
  automatic?: boolean;
  /** Whether a place of the picture can tell what to change of it. */
  targeted?: boolean;
  /** Whether it chooses between processes, and is shown where an edit has an older one. */
  process?: boolean;
}

export interface Group {
  name: string;
  label: string;
  parameters: Parameter[];
}

export const STRAIGHT: CurvePoint[] = [
  [0, 0],
  [255, 255],
];

export function decimals({ step }: Parameter): number {
  return step > 0 ? Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)) : 0;
}

export function clamped(p: Parameter, value: number): number {
  return Math.min(p.maximum, Math.max(p.minimum, value));
}

/** The nearest value that is a whole number of steps and inside the range. */
export function snapped(p: Parameter, value: number): number {
  const stepped = p.step > 0 ? Math.round(value / p.step) * p.step : value;
  return clamped(p, Number(stepped.toFixed(decimals(p) + 2)));
}

/** Logarithmic only where the range allows a logarithm. */
function logarithmic(p: Parameter): boolean {
  return p.scale === 'log' && p.minimum > 0;
}

/** Where on the slider, 0..1, the value lies. */
export function position(p: Parameter, value: number): number {
  if (p.maximum <= p.minimum) return 0;
  const v = clamped(p, value);
  return logarithmic(p)
    ? Math.log(v / p.minimum) / Math.log(p.maximum / p.minimum)
    : (v - p.minimum) / (p.maximum - p.minimum);
}

export function valueAt(p: Parameter, at: number): number {
  const t = Math.min(1, Math.max(0, at));
  const value = logarithmic(p) ? p.minimum * (p.maximum / p.minimum) ** t : p.minimum + (p.maximum - p.minimum) * t;
  return snapped(p, value);
}

/** One press of an arrow key: a round number, at least a step, and enough that the slider visibly moves. */
export function nudge(p: Parameter, value: number): number {
  const wanted = logarithmic(p) ? value / 100 : (p.maximum - p.minimum) / 200;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const round = [1, 2, 5, 10].find((n) => n * power >= wanted * 0.99) ?? 10;
  return Math.max(p.step, round * power);
}

/** A value with its sign where the range has two sides; no unit. */
export function figure(p: Parameter, value: number): string {
  const plain = value.toFixed(decimals(p));
  const text = plain.replace('.', POINT);
  if (Number(plain) === 0) return text.replace('-', '');
  return p.minimum < 0 && p.maximum > 0 && value > 0 ? `+${text}` : text;
}

/** What a person typed: decimal comma or point, sign, unit. Null when it is no number. */
export function parsed(p: Parameter, text: string): number | null {
  const cleaned = text.replace(p.unit, '').replace(/\s/g, '').replace('−', '-').replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(cleaned)) return null;
  return clamped(p, Number(cleaned));
}

/** "as-shot" -> "As shot", unless the declaration has words for it. */
export function choiceLabel(choice: string, p: Pick<Parameter, 'choices' | 'choice_labels'> | null = null): string {
  const own = p?.choice_labels?.[p.choices.indexOf(choice)];
  if (own) return own;
  const words = choice.replace(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "ADDRESS Name.cube" -> "Name". */
export function fileName(named: string): string {
  return named.replace(/^\S* /, '').replace(/\.[^.]*$/, '');
}

/** "DIGEST Camera Vivid" or "Camera Vivid" -> "Camera Vivid". */
export function profileName(named: string): string {
  return named.replace(/^[0-9A-F]{32} (?=.)/, '');
}

/** How the history names a change: "Exposure +0.70", "White balance Cloudy". */
export function described(p: Parameter, value: Value): string {
  if (p.kind === 'number' && typeof value === 'number') {
    return `${p.label} ${figure(p, value)}${p.unit === '°' ? '°' : p.unit === 'K' ? ' K' : ''}`;
  }
  if (p.kind === 'choice' && typeof value === 'string') {
    const words = choiceLabel(value, p);
    return `${p.label} ${p.choice_labels?.length ? words : lower(words)}`;
  }
  if (p.kind === 'lut' && typeof value === 'string')
    return value ? `${p.label} ${fileName(value)}` : t(`No ${p.label}`);
  if (p.kind === 'dcp' && typeof value === 'string')
    return value ? `${p.label} ${profileName(value)}` : t(`No ${lower(p.label)}`);
  if (p.kind === 'toggle') return value === true ? t(`${p.label} on`) : t(`${p.label} off`);
  return p.label;
}
