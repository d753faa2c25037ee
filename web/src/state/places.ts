/**
 * Where the page has what a sentence of the server names by its command. The sentences are the same everywhere: the
 * command line shows the command, the page the place that does it.
 */
import type { App } from './app.svelte';
import { t } from '../texts';

export interface Place {
  label: string;
  /** null for what is at hand anyway. */
  open: ((app: App) => void) | null;
}

const models =
  (sought = '') =>
  (app: App): void =>
    app.showEngines('models', sought);
const engines = (app: App): void => app.showEngines('card');

/** The first that fits counts. What is caught is the model, the engine or the choice that is meant. */
const PLACES: readonly [RegExp, (name: string) => Place][] = [
  [/^stillbytes models pull (.+)$/, (name) => ({ label: t(`Download ${name}`), open: models(first(name)) })],
  [/^stillbytes models verify (.+)$/, (name) => ({ label: t(`Verify ${name}`), open: models(first(name)) })],
  [/^stillbytes models\b/, () => ({ label: t('List of models'), open: models() })],
  [/^stillbytes engines stop (.+)$/, (name) => ({ label: t(`Stop ${name}`), open: engines })],
  [/^stillbytes engines logs\b/, () => ({ label: t('Log'), open: engines })],
  [/^stillbytes engines (?:status|start)\b/, () => ({ label: t('Memory and engines'), open: engines })],
  [/^stillbytes gpu plan$/, () => ({ label: t('What fits'), open: (app) => app.showEngines('plan') })],
  [
    /^stillbytes generated --on$/,
    () => ({ label: t('Show generated pixels'), open: (app) => void app.retouching.switchGenerated(true) }),
  ],
  [/^stillbytes library add\b/, () => ({ label: t('Add a folder'), open: (app) => (app.dialog = 'folder') })],
  [/^--engine (\S+)$/, (name) => ({ label: t(`Engine: ${name}`), open: null })],
];

/** What the page has for a command; null where it has nothing, so that it is one for a terminal. */
export function placeOf(command: string): Place | null {
  for (const [pattern, place] of PLACES) {
    const found = pattern.exec(command);
    if (found) return place(found[1] ?? '');
  }
  return null;
}

function first(names: string): string {
  return names.split(' ', 1)[0] ?? '';
}
