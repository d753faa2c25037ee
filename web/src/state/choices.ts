import type { ExportHow } from '../api/types';
import { kept, like } from './kept';

export type Rule = 'long' | 'short' | 'fit' | 'mp' | 'percent';

/** The last choices of the export dialog, kept in this browser. */
export interface ExportChoice {
  format: string;
  quality: number;
  resize: boolean;
  rule: Rule;
  /** Pixels, megapixels or percent, as the rule says; the second number is the height of a frame to fit into. */
  size: number;
  second: number;
  enlarge: boolean;
  /** Pixels per inch; 0 for not told. */
  dpi: number;
  space: string;
  /** Stops above white in a gain map, 0 for none. */
  headroom: number;
  /** Name of a profile kept by the server, "" for the colour space itself. */
  icc: string;
  intent: string;
  black_point: boolean;
  sharpen: string;
  strength: string;
  watermark: string;
  place: string;
  opacity: number;
  /** Percent of the short edge. */
  watermark_size: number;
  metadata: string;
  gps: boolean;
  people: boolean;
  folder: string;
  name: string;
  suffix: string;
  /** The name of a task on the way to the files, "" for none, and its parameters. */
  through: string;
  parameters: Record<string, unknown>;
}

const FIRST: ExportChoice = {
  format: 'jpeg',
  quality: 92,
  resize: false,
  rule: 'long',
  size: 2048,
  second: 1080,
  enlarge: false,
  dpi: 0,
  space: 'srgb',
  headroom: 0,
  icc: '',
  intent: 'relative',
  black_point: true,
  sharpen: 'none',
  strength: 'standard',
  watermark: '',
  place: 'bottom-right',
  opacity: 60,
  watermark_size: 4,
  metadata: 'all',
  gps: true,
  people: true,
  folder: '',
  name: '{name}',
  suffix: '',
  through: '',
  parameters: {},
};

export const choices = kept<ExportChoice>('stillbytes.export', like(FIRST));

/** What the server is asked for. */
export function asked(choice: ExportChoice): Required<ExportHow> {
  const first = choice.rule === 'mp' ? choice.size : Math.round(choice.size);
  const rule = choice.rule === 'fit' ? `fit:${first}x${Math.round(choice.second)}` : `${choice.rule}:${first}`;
  return {
    format: choice.format,
    quality: Math.round(choice.quality),
    size: choice.resize && choice.rule === 'long' ? first : null,
    resize: choice.resize && choice.rule !== 'long' ? rule : '',
    enlarge: choice.enlarge,
    dpi: Math.round(choice.dpi) || null,
    space: choice.space,
    hdr_headroom: choice.headroom,
    icc: choice.icc,
    intent: choice.intent as ExportHow['intent'] & string,
    black_point: choice.black_point,
    sharpen_for: choice.sharpen as ExportHow['sharpen_for'] & string,
    sharpen_for_strength: choice.strength as ExportHow['sharpen_for_strength'] & string,
    watermark: choice.watermark.trim(),
    watermark_place: choice.place as ExportHow['watermark_place'] & string,
    watermark_opacity: choice.opacity / 100,
    watermark_size: choice.watermark_size,
    metadata: choice.metadata as ExportHow['metadata'] & string,
    gps: choice.gps,
    people: choice.people,
    name: choice.name.trim() || '{name}',
    suffix: choice.suffix.trim(),
  };
}

/** The dialog's choices as a preset has them; where the files go stays. */
export function chosen(how: Required<ExportHow>, before: ExportChoice): ExportChoice {
  const [rule, numbers = ''] = how.resize.split(':');
  const [first = 0, second] = numbers.split('x').map(Number);
  return {
    ...before,
    format: how.format,
    quality: how.quality,
    resize: how.size !== null || how.resize !== '',
    rule: how.resize ? (rule as Rule) : 'long',
    size: how.size ?? (first || before.size),
    second: second ?? before.second,
    enlarge: how.enlarge,
    dpi: how.dpi ?? 0,
    space: how.space,
    headroom: how.hdr_headroom,
    icc: how.icc,
    intent: how.intent,
    sharpen: how.sharpen_for,
    strength: how.sharpen_for_strength,
    watermark: how.watermark,
    place: how.watermark_place,
    opacity: Math.round(how.watermark_opacity * 100),
    black_point: how.black_point,
    watermark_size: how.watermark_size,
    metadata: how.metadata,
    gps: how.gps,
    people: how.people,
    name: how.name,
    suffix: how.suffix,
  };
}
