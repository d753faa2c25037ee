/** Which sections of the panel are open, kept in this browser. */
const KEY = 'stillbytes.sections';

export function remembered(): Record<string, boolean> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, boolean>;
  } catch {
    return {};
  }
}

export function remember(open: Record<string, boolean>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(open));
  } catch {
    // A full or forbidden storage costs only the memory of which sections were open.
  }
}
