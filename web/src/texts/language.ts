/** The language of the page: the server writes it into the page, by what the person chose or the browser asks for. */
import { type Language, LANGUAGES } from './languages';

export const language: Language =
  LANGUAGES.find(({ value }) => value === document.documentElement.lang.slice(0, 2))?.value ?? 'en';
