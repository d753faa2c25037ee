/** The keys of this moment. What shows or follows them reads them here, and changes with them. */
import { Bindings } from './bindings';
import { type Press, keysOf, pressed, spoken } from './pattern';
import type { Command, Mode } from './table';

class Current {
  bindings = $state.raw(new Bindings());
}

export const current = new Current();

export function find(press: Press, mode: Mode, apple?: boolean): Command | null {
  const pattern = pressed(press, apple);
  return pattern ? current.bindings.find(pattern, mode) : null;
}

/** Whether a press is the command's, for what hears keys itself. */
export function means(press: Press, id: Command): boolean {
  const pattern = pressed(press);
  return pattern !== null && current.bindings.keys(id).includes(pattern);
}

/** For tooltips and menus: "Ctrl+Z"; empty for a command without keys. */
export function hint(id: Command, apple?: boolean): string {
  const [pattern] = current.bindings.keys(id);
  return pattern ? keysOf(pattern, apple) : '';
}

/** For inside of a sentence: " (Ctrl+Z)", or nothing. */
export function aside(id: Command): string {
  const keys = hint(id);
  return keys && ` (${keys})`;
}

/** For a title: "Undo (Ctrl+Z)". */
export function withKeys(label: string, id: Command): string {
  return label + aside(id);
}

/** For `aria-keyshortcuts`. */
export function announced(id: Command): string | undefined {
  return (
    current.bindings
      .keys(id)
      .map((pattern) => spoken(pattern))
      .join(' ') || undefined
  );
}
