/**
 * Crop geometry, as Adobe defines it and the pipeline develops it.
 *
 * (left, top) and (right, bottom) are opposite corners, normalised to the upright uncropped frame, of a rectangle turned
 * clockwise by `angle` degrees about its centre (y down). Flips, then quarter turns clockwise, apply to what is cut out.
 *
 * Three coordinate systems, all in pixels of the full-resolution photo:
 *   frame   the upright uncropped photo, origin at its top left corner;
 *   turned  the frame after flips and quarter turns, origin at its top left corner;
 *   level   the turned frame rotated about its centre so that the crop stands upright, origin at the frame's centre.
 */

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export interface Rect extends Point, Size {}

/** Corners as parts of the frame, angle in degrees. */
export interface Crop {
  left: number;
  top: number;
  right: number;
  bottom: number;
  angle: number;
}

export interface Orientation {
  rotate: 0 | 90 | 180 | 270;
  flipHorizontal: boolean;
  flipVertical: boolean;
}

/** A rectangle of `width` x `height` about (x, y), turned clockwise by `angle` degrees. */
export interface Box extends Point, Size {
  angle: number;
}

/** Coefficients of x' = a x + c y + e, y' = b x + d y + f, as canvas `setTransform` takes them. */
export type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];

export const WHOLE: Crop = { left: 0, top: 0, right: 1, bottom: 1, angle: 0 };
export const UPRIGHT: Orientation = { rotate: 0, flipHorizontal: false, flipVertical: false };

/** `point` turned clockwise (y down) about the origin. */
export function rotated({ x, y }: Point, degrees: number): Point {
  const radians = (degrees * Math.PI) / 180;
  const cosine = Math.cos(radians);
  const sine = Math.sin(radians);
  return { x: x * cosine - y * sine, y: x * sine + y * cosine };
}

export function boxOf(crop: Crop, frame: Size): Box {
  const diagonal = { x: (crop.right - crop.left) * frame.width, y: (crop.bottom - crop.top) * frame.height };
  const size = rotated(diagonal, -crop.angle);
  return {
    x: ((crop.left + crop.right) / 2) * frame.width,
    y: ((crop.top + crop.bottom) / 2) * frame.height,
    width: size.x,
    height: size.y,
    angle: crop.angle,
  };
}

export function cropOf(box: Box, frame: Size): Crop {
  const half = rotated({ x: box.width / 2, y: box.height / 2 }, box.angle);
  return {
    left: part((box.x - half.x) / frame.width),
    top: part((box.y - half.y) / frame.height),
    right: part((box.x + half.x) / frame.width),
    bottom: part((box.y + half.y) / frame.height),
    angle: Math.round(box.angle * 100) / 100 + 0,
  };
}

/**
 * Six digits are finer than a tenth of a pixel of any camera; rounding also hides what trigonometry leaves behind. A
 * corner may lie one frame beyond the frame.
 */
function part(value: number): number {
  return Math.min(2, Math.max(-1, Math.round(value * 1e6) / 1e6)) + 0;
}

export function turnedSize(frame: Size, { rotate }: Orientation): Size {
  return rotate % 180 === 0 ? { ...frame } : { width: frame.height, height: frame.width };
}

function mirrored({ flipHorizontal, flipVertical }: Orientation): boolean {
  return flipHorizontal !== flipVertical;
}

export function turnPoint({ x, y }: Point, frame: Size, orientation: Orientation): Point {
  const fx = orientation.flipHorizontal ? frame.width - x : x;
  const fy = orientation.flipVertical ? frame.height - y : y;
  switch (orientation.rotate) {
    case 90:
      return { x: frame.height - fy, y: fx };
    case 180:
      return { x: frame.width - fx, y: frame.height - fy };
    case 270:
      return { x: fy, y: frame.width - fx };
    default:
      return { x: fx, y: fy };
  }
}

export function unturnPoint({ x, y }: Point, frame: Size, orientation: Orientation): Point {
  let fx = x;
  let fy = y;
  if (orientation.rotate === 90) [fx, fy] = [y, frame.height - x];
  else if (orientation.rotate === 180) [fx, fy] = [frame.width - x, frame.height - y];
  else if (orientation.rotate === 270) [fx, fy] = [frame.width - y, x];
  return {
    x: orientation.flipHorizontal ? frame.width - fx : fx,
    y: orientation.flipVertical ? frame.height - fy : fy,
  };
}

/** The box as it lies in the turned frame. A mirror turns the other way round; a quarter turn swaps the sides. */
export function turnBox(box: Box, frame: Size, orientation: Orientation): Box {
  return { ...turnPoint(box, frame, orientation), ...swapped(box, orientation), angle: signed(box.angle, orientation) };
}

export function unturnBox(box: Box, frame: Size, orientation: Orientation): Box {
  return {
    ...unturnPoint(box, frame, orientation),
    ...swapped(box, orientation),
    angle: signed(box.angle, orientation),
  };
}

function swapped({ width, height }: Size, { rotate }: Orientation): Size {
  return rotate % 180 === 0 ? { width, height } : { width: height, height: width };
}

function signed(angle: number, orientation: Orientation): number {
  return mirrored(orientation) ? 0 - angle : angle;
}

/** A box in the turned frame as an upright rectangle in level coordinates. */
export function levelOf(box: Box, turned: Size): Rect {
  const centre = rotated({ x: box.x - turned.width / 2, y: box.y - turned.height / 2 }, -box.angle);
  return { x: centre.x - box.width / 2, y: centre.y - box.height / 2, width: box.width, height: box.height };
}

export function boxOfLevel(rect: Rect, angle: number, turned: Size): Box {
  const centre = rotated({ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }, angle);
  return {
    x: centre.x + turned.width / 2,
    y: centre.y + turned.height / 2,
    width: rect.width,
    height: rect.height,
    angle,
  };
}

/** Size of the developed picture at full scale, before rounding to pixels. */
export function developedSize(frame: Size, crop: Crop, orientation: Orientation): Size {
  const box = boxOf(crop, frame);
  return swapped(box, orientation);
}

/** Maps frame pixels to pixels of the developed picture: cut out, upright, flipped and turned. */
export function frameToDeveloped(frame: Size, crop: Crop, orientation: Orientation): Matrix {
  const box = boxOf(crop, frame);
  const size = swapped(box, orientation);
  const image = (point: Point): Point => {
    const local = rotated({ x: point.x - box.x, y: point.y - box.y }, -box.angle);
    const flipped = {
      x: orientation.flipHorizontal ? -local.x : local.x,
      y: orientation.flipVertical ? -local.y : local.y,
    };
    const stood = rotated(flipped, orientation.rotate);
    return { x: stood.x + size.width / 2, y: stood.y + size.height / 2 };
  };
  const origin = image({ x: 0, y: 0 });
  const right = image({ x: 1, y: 0 });
  const down = image({ x: 0, y: 1 });
  return [right.x - origin.x, right.y - origin.y, down.x - origin.x, down.y - origin.y, origin.x, origin.y];
}

export function apply([a, b, c, d, e, f]: Matrix, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

/** Size of the upright box around the turned frame when it stands at `angle`. */
export function boundsAt(turned: Size, angle: number): Size {
  const radians = (angle * Math.PI) / 180;
  const cosine = Math.abs(Math.cos(radians));
  const sine = Math.abs(Math.sin(radians));
  return {
    width: turned.width * cosine + turned.height * sine,
    height: turned.width * sine + turned.height * cosine,
  };
}

/** First `second`, then `first`, as matrices are written. */
export function multiplied(first: Matrix, second: Matrix): Matrix {
  const [a, b, c, d, e, f] = first;
  const [g, h, i, j, k, l] = second;
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}

export function inverse([a, b, c, d, e, f]: Matrix): Matrix {
  const det = a * d - b * c;
  return [d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det];
}

/** Whether two maps put every point of a picture on the same pixel, give or take a hundredth. */
export function alike(first: Matrix, second: Matrix): boolean {
  return first.every((value, i) => Math.abs(value - (second[i] ?? 0)) < (i < 4 ? 1e-6 : 1e-2));
}
