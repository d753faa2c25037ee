/** Choices that this browser keeps from one visit to the next. They are a convenience: what is lost is chosen again. */
export interface Kept<T> {
  get: () => T;
  set: (value: T) => void;
}

/** name: under which it is stored. shaped: the choices that are in what was found, which may be anything. */
export function kept<T>(name: string, shaped: (found: unknown) => T): Kept<T> {
  return {
    get: () => {
      try {
        return shaped(JSON.parse(localStorage.getItem(name) ?? 'null'));
      } catch {
        return shaped(null);
      }
    },
    set: (value) => {
      try {
        localStorage.setItem(name, JSON.stringify(value));
      } catch {
        // A full or forbidden storage costs only the memory of the last choices.
      }
    },
  };
}

/** The first choices, and in their place whatever was found of the same type. Lists are of words. */
export function like<T extends object>(first: T): (found: unknown) => T {
  return (found) => {
    const fit = Object.entries(fieldsOf(found)).filter(([name, value]) => {
      const usual = (first as Record<string, unknown>)[name];
      if (Array.isArray(usual)) return Array.isArray(value) && value.every((one) => typeof one === 'string');
      return Object.hasOwn(first, name) && value !== null && typeof value === typeof usual && !Array.isArray(value);
    });
    return { ...first, ...Object.fromEntries(fit) };
  };
}

/** Switches by their names. */
export function switches(found: unknown): Record<string, boolean> {
  const fit = Object.entries(fieldsOf(found)).filter(
    (field): field is [string, boolean] => typeof field[1] === 'boolean',
  );
  return Object.fromEntries(fit);
}

function fieldsOf(found: unknown): object {
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
}
