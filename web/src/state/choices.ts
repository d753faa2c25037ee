/** The last choices of the export dialog, kept in this browser. */
export interface ExportChoice {
  format: string;
  quality: number;
  resize: boolean;
  size: number;
  space: string;
  gps: boolean;
  folder: string;
  suffix: string;
}

const KEY = 'stillbytes.export';
const FIRST: ExportChoice = {
  format: 'jpeg',
  quality: 92,
  resize: false,
  size: 2048,
  space: 'srgb',
  gps: true,
  folder: '',
  suffix: '',
};

export function remembered(): ExportChoice {
  try {
    return { ...FIRST, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<ExportChoice>) };
  } catch {
    return FIRST;
  }
}

export function remember(choice: ExportChoice): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(choice));
  } catch {
    // Forbidden storage costs only the memory of the last choices.
  }
}
