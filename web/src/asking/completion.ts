/** How a request that is being typed can go on: with the label of a slider, or as one of these. */
import { t } from '../texts';

/** Requests that the vocabulary understands, for who does not know what to say. */
export const EXAMPLES: readonly string[] = [
  t('a bit warmer and lift the shadows'),
  t('darken the sky'),
  t('more contrast, less saturation'),
  t('black and white with more contrast'),
  t('exposure +0.7'),
  t('crop to 4:5'),
  t('straighten by 1.5 degrees'),
  t('remove the haze'),
  t('teal shadows, orange highlights'),
  t('brighter but don’t touch the sky'),
  t('less'),
  t('undo that and make it warmer instead'),
];

export const MOST_COMPLETIONS = 6;
/** A label may have as many words. */
const WORDS = 4;

/** Whole requests, the likeliest first. labels: of sliders. */
export function completions(text: string, labels: readonly string[]): string[] {
  const typed = text.trimStart().toLowerCase();
  if (!typed) return EXAMPLES.slice(0, MOST_COMPLETIONS);
  const whole = EXAMPLES.filter((one) => one.toLowerCase().startsWith(typed) && one.toLowerCase() !== typed);
  const more = continued(text, labels).filter((one) => !whole.includes(one.trim()));
  return [...new Set([...whole, ...more])].slice(0, MOST_COMPLETIONS);
}

/** The text with its last words made a label that begins like them; the longest run of words first. */
function continued(text: string, labels: readonly string[]): string[] {
  const words = [...text.matchAll(/[^\s,;]+/g)].slice(-WORDS);
  for (const { index } of words) {
    const begun = text.slice(index).toLowerCase();
    const fits = labels.map((label) => label.toLowerCase()).filter((label) => label.startsWith(begun));
    const found = fits.filter((label) => label !== begun.trimEnd());
    if (begun.length > 1 && found.length > 0) return found.map((label) => `${text.slice(0, index)}${label} `);
  }
  return [];
}
