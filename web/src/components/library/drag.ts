/** What is dragged from the grid: numbers of photos, as JSON. */
export const PHOTOS = 'application/x-stillbytes-photos';

export function dropped(event: DragEvent): number[] {
  try {
    const found: unknown = JSON.parse(event.dataTransfer?.getData(PHOTOS) ?? '[]');
    return Array.isArray(found) ? found.filter((n): n is number => typeof n === 'number') : [];
  } catch {
    return [];
  }
}

export function carries(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes(PHOTOS) ?? false;
}
