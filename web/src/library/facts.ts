/** What a photographer wants to read of a photo's metadata, in the usual notation. */
import { language } from '../texts/language';

type Metadata = Record<string, unknown>;

const number = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null);
const text = (value: unknown) => (typeof value === 'string' && value.trim() ? value.trim() : null);
const round = (value: number, digits: number) =>
  Number(value.toFixed(digits)).toLocaleString(language, { useGrouping: false });

/** 0.004 -> "1/250 s", 2.5 -> "2.5 s". */
export function exposureTime(seconds: number): string {
  return seconds < 0.3 ? `1/${Math.round(1 / seconds)} s` : `${round(seconds, 1)} s`;
}

/** ISO, focal length, aperture, shutter: those that are known. */
export function exposureFacts(m: Metadata): string[] {
  const facts: string[] = [];
  const iso = number(m.iso);
  const focal = number(m.focal_length);
  const aperture = number(m.aperture);
  const time = number(m.exposure_time);
  if (iso !== null) facts.push(`ISO ${Math.round(iso)}`);
  if (focal !== null) facts.push(`${round(focal, 1)} mm`);
  if (aperture !== null) facts.push(`f/${round(aperture, 1)}`);
  if (time !== null) facts.push(exposureTime(time));
  return facts;
}

/** Camera without its maker's name said twice, and lens. */
export function gear(m: Metadata): string[] {
  const make = text(m.make);
  const model = text(m.model);
  const lens = text(m.lens);
  const short = make?.split(' ')[0] ?? '';
  const camera = model && short && !model.toLowerCase().startsWith(short.toLowerCase()) ? `${short} ${model}` : model;
  return [camera ?? make, lens].filter((part): part is string => part !== null);
}
