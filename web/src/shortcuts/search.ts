/** Commands by some words of theirs. */
import { GROUPS, type Shortcut } from './table';

/** Without accents and capitals. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Those with every word in their name or group; the ones whose name begins so come first. */
export function named(shortcuts: readonly Shortcut[], text: string): Shortcut[] {
  const wanted = fold(text).split(/\s+/).filter(Boolean);
  const found = shortcuts.filter(({ says, group }) => {
    const words = fold(`${says} ${GROUPS[group]}`);
    return wanted.every((word) => words.includes(word));
  });
  const begins = ({ says }: Shortcut) => fold(says).startsWith(wanted.join(' '));
  return [...found.filter(begins), ...found.filter((one) => !begins(one))];
}
