/** What is on a card and cannot be read, in words: it is not copied, and the card must not be emptied unawares. */
import type { ImportProblem, ImportShot } from '../../api/imports';
import { figures, t } from '../../texts';

const MOST_NAMED = 3;

/** Folders and files that are in no shot, then the shots of which nothing can be read. */
export function unread(problems: ImportProblem[], shots: ImportShot[]): ImportProblem[] {
  const lost = shots.filter(({ problem }) => problem);
  return [...problems, ...lost.map(({ name, problem }) => ({ path: name, message: problem }))];
}

export function told(found: ImportProblem[]): string {
  const names = found.slice(0, MOST_NAMED).map(({ path }) => path.split(/[\\/]/).pop());
  const more = found.length - names.length;
  const list = more > 0 ? t(`${names.join(', ')} and ${figures(more)} more`) : names.join(', ');
  return t(`${figures(found.length)} cannot be read and will not be copied: ${list}.`);
}
