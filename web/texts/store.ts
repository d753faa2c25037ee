/**
 * Where the translations are: one flat JSON file for each language, English text to translation, in the alphabet's
 * order. A text with forms has them apart by " | "; a text with a context has it after " @ ".
 *
 * Which texts the page has is found anew at each build and kept beside what is generated, so that a build changes no
 * file that is committed.
 */
import { resolve } from 'node:path';
import type { StorageFactory } from 'wuchale';

const FORMS = ' | ';

export interface Found {
  /** The English text, in its forms. */
  id: string[];
  context?: string;
  references: { file: string }[];
}

/** The key of a text in the files. */
export function keyOf({ id, context }: Pick<Found, 'id' | 'context'>): string {
  return id.join(FORMS) + (context ? ` @ ${context}` : '');
}

export function fileOf(root: string, language: string): string {
  return resolve(root, 'src/texts', `${language}.json`);
}

export const store: StorageFactory = ({ root, localesDir, locales, sourceLocale, fs }) => {
  const found = resolve(root, localesDir, 'found.json');
  const others = locales.filter((one) => one !== sourceLocale);
  const files = others.map((one) => fileOf(root, one));
  const parsed = async (file: string): Promise<unknown> => JSON.parse((await fs.read(file)) || 'null');
  return {
    key: files.join(),
    files,
    async load() {
      const texts = (await Promise.all(files.map(parsed))) as (Record<string, string> | null)[];
      const items = ((await parsed(found)) ?? []) as Found[];
      return {
        items: items.map((item) => ({
          translations: new Map([
            [sourceLocale, item.id] as const,
            ...others.map((one, i) => [one, formsOf(texts[i]?.[keyOf(item)], item.id.length)] as const),
          ]),
          context: item.context,
          references: item.references.map(({ file }) => ({ file, refs: [null] })),
          urlAdapters: [],
        })),
      };
    },
    async save({ items }) {
      const kept: Found[] = items
        .filter(({ references }) => references.length)
        .map(({ translations, context, references }) => ({
          id: translations.get(sourceLocale) ?? [],
          context,
          references: references.map(({ file }) => ({ file })),
        }));
      await fs.write(found, JSON.stringify(kept, null, 1));
    },
  };
};

function formsOf(text: string | undefined, forms: number): string[] {
  if (!text) return [];
  return forms > 1 ? text.split(FORMS) : [text];
}
