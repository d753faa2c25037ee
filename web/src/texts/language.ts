/** The language of the page: the server writes it into the page, by what the person chose or the browser asks for. */
export const LANGUAGES = [
  { value: 'en', label: 'English' },
  { value: 'de', label: 'Deutsch' },
  { value: 'es', label: 'Español' },
] as const;

export type Language = (typeof LANGUAGES)[number]['value'];

export const language: Language =
  LANGUAGES.find(({ value }) => value === document.documentElement.lang.slice(0, 2))?.value ?? 'en';
