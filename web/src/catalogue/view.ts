/** How pictures lie in their boxes: fitted or magnified, the same place of all of them in the middle. */
export interface View {
  /** Device pixels for each pixel of the photo; null fits it into the box. */
  scale: number | null;
  /** What is in the middle, as parts of the picture, 0..1. */
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Box extends Size {
  left: number;
  top: number;
}

export const FIT: View = { scale: null, x: 0.5, y: 0.5 };

export function fitted(picture: Size, box: Size): number {
  return Math.min(box.width / picture.width, box.height / picture.height);
}

/** Where the picture is drawn. It never leaves a side of the box empty that it could cover. */
export function placed(picture: Size, box: Size, view: View): Box {
  const scale = view.scale ?? fitted(picture, box);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { left: along(width, box.width, view.x), top: along(height, box.height, view.y), width, height };
}

function along(length: number, room: number, middle: number): number {
  if (length <= room) return Math.round((room - length) / 2);
  return Math.round(Math.min(0, Math.max(room - length, room / 2 - middle * length)));
}

/** The view after a click at a place of the box: 100 % there, or fitted again. */
export function toggledAt(view: View, picture: Size, box: Size, x: number, y: number): View {
  if (view.scale !== null) return FIT;
  const at = placed(picture, box, view);
  return { scale: 1, x: part(x - at.left, at.width), y: part(y - at.top, at.height) };
}

export function draggedBy(view: View, picture: Size, dx: number, dy: number): View {
  const scale = view.scale;
  if (scale === null) return view;
  return {
    scale,
    x: part(view.x * picture.width * scale - dx, picture.width * scale),
    y: part(view.y * picture.height * scale - dy, picture.height * scale),
  };
}

const part = (length: number, whole: number) => Math.min(1, Math.max(0, length / whole));

/** Rows and columns for so many pictures of about 3:2, as large as the box allows. */
export function arranged(count: number, box: Size): { columns: number; rows: number } {
  let best = { columns: 1, rows: count, area: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const scale = Math.min(box.width / columns / 3, box.height / rows / 2);
    if (scale * scale > best.area) best = { columns, rows, area: scale * scale };
  }
  return { columns: best.columns, rows: best.rows };
}
