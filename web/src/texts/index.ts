/**
 * The page's words. What stands in markup, in titles and labels, and in `t(...)` is English here and is exchanged for the
 * person's language when the page is built for it (see web/texts). Without a build, as in tests, it stays English.
 */
import { language } from './language';

/** Marks a text of a script as one that people read. */
export function t(text: string): string {
  return text;
}

/**
 * One of the forms by the count, with the count in place of its #: `plural(3, ['# photo', '# photos'])`. The forms are
 * given as they are written there, for they are exchanged as well.
 */
export function plural(count: number, forms: [one: string, other: string]): string {
  const form = rules.select(count) === 'one' ? forms[0] : forms[1];
  return form.replace('#', () => figures(count));
}

/** A count or a measure as people of the language write it. digits: after the point; as many as there are without. */
export function figures(value: number, digits?: number): string {
  let format = formats.get(digits);
  if (!format) {
    const fixed = digits === undefined ? {} : { minimumFractionDigits: digits, maximumFractionDigits: digits };
    formats.set(digits, (format = new Intl.NumberFormat(language, fixed)));
  }
  return format.format(value);
}

/** A name inside of a sentence: "Exposure" is "exposure" there, but nouns stay as they are in German. */
export function lower(name: string): string {
  return language === 'de' ? name : name.toLowerCase();
}

/** Words with commas, and the last two with the language's "and". */
export function both(words: readonly string[]): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(words);
}

/** A moment as the server writes it, or nothing for one that is none. */
export function moment(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? '' : moments.format(date);
}

/** What stands before decimals. */
export const POINT = new Intl.NumberFormat(language).formatToParts(1.5)[1]?.value ?? '.';

const rules = new Intl.PluralRules(language);
const moments = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
/** By digits: making one costs more than what it does. */
const formats = new Map<number | undefined, Intl.NumberFormat>();
