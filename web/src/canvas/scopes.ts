/**
 * What waveform, parade and vectorscope show: how many pixels fall on each place of a plot.
 *
 * Pixels are RGBA bytes as the screen gets them (encoded, of sRGB or Display P3). Luma and colour differences are those of
 * ITU-R BT.709-6, item 3: luma 0..1, Cb and Cr -0.5..0.5. Counts go row by row from the top left of the plot.
 */
import type { Size } from '../crop/geometry';

export interface Pixels extends Size {
  data: Uint8ClampedArray;
}

export interface Plot extends Size {
  counts: Uint32Array;
}

export type Signal = 'red' | 'green' | 'blue' | 'luma';
export type Rgb = readonly [red: number, green: number, blue: number];

/** By channel; they sum to 1. */
export const LUMA: Rgb = [0.2126, 0.7152, 0.0722];
const TO_CB = 2 * (1 - LUMA[2]);
const TO_CR = 2 * (1 - LUMA[0]);
/** How much of each channel a signal has. */
const SHARES: Record<Signal, Rgb> = { red: [1, 0, 0], green: [0, 1, 0], blue: [0, 0, 1], luma: LUMA };

/** Of the vectorscope's plot from its middle to an edge, in units of Cb and Cr: green and magenta reach 0.597. */
export const REACH = 0.65;
/** The line of skin, counter-clockwise from Cb: the +I axis of NTSC, which people of every complexion are close to. */
export const SKIN_DEGREES = 123;

/** A column for each place from left to right of the picture, white in the topmost of `rows`. */
export function waveform({ data, width }: Pixels, signal: Signal, columns: number, rows: number): Plot {
  const counts = new Uint32Array(columns * rows);
  const column = Uint32Array.from({ length: width }, (_, x) => Math.floor((x * columns) / width));
  const bottom = (rows - 1) * columns;
  const step = (rows - 1) / 255;
  const [red, green, blue] = SHARES[signal];
  for (let i = 0, x = 0; i < data.length; i += 4) {
    const level = red * byte(data, i) + green * byte(data, i + 1) + blue * byte(data, i + 2);
    const at = bottom - ((level * step + 0.5) | 0) * columns + (column[x] ?? 0);
    counts[at] = (counts[at] ?? 0) + 1;
    x = x + 1 === width ? 0 : x + 1;
  }
  return { counts, width: columns, height: rows };
}

/** Grey in the middle, Cb to the right, Cr upwards. */
export function vectorscope({ data }: Pixels, side: number): Plot {
  const counts = new Uint32Array(side * side);
  // As `placeOf`, without an object for each pixel.
  const middle = (side - 1) / 2;
  const [perBlue, perRed] = [TO_CB, TO_CR].map((to) => middle / (255 * REACH * to)) as [number, number];
  for (let i = 0; i < data.length; i += 4) {
    const red = byte(data, i);
    const blue = byte(data, i + 2);
    const luma = LUMA[0] * red + LUMA[1] * byte(data, i + 1) + LUMA[2] * blue;
    const x = (middle + (blue - luma) * perBlue + 0.5) | 0;
    const y = (middle - (red - luma) * perRed + 0.5) | 0;
    counts[y * side + x] = (counts[y * side + x] ?? 0) + 1;
  }
  return { counts, width: side, height: side };
}

/** Of a colour, 0..1, on the vectorscope: parts of its plot from the top left. */
export function placeOf([red, green, blue]: Rgb): { x: number; y: number } {
  const luma = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
  return { x: 0.5 + (blue - luma) / TO_CB / (2 * REACH), y: 0.5 - (red - luma) / TO_CR / (2 * REACH) };
}

/** The colour, in bytes, that a place of the vectorscope stands for, at half luma. */
export function colourAt(x: number, y: number): Rgb {
  const red = 0.5 + (0.5 - y) * 2 * REACH * TO_CR;
  const blue = 0.5 + (x - 0.5) * 2 * REACH * TO_CB;
  const green = (0.5 - LUMA[0] * red - LUMA[2] * blue) / LUMA[1];
  return [red * 255, green * 255, blue * 255];
}

/**
 * A plot as an image, the more opaque the more of the picture's pixels are at a place: 63 % with as many as there were if
 * they were spread evenly. colour: of each place, by its index.
 */
export function trace({ counts, width, height }: Plot, colour: (at: number) => Rgb): ImageData {
  const image = new ImageData(width, height);
  const even = counts.reduce((sum, count) => sum + count) / counts.length;
  // By count; from the last on a place is covered.
  const opaque = Array.from({ length: Math.ceil(7 * even) + 1 }, (_, count) => 255 * (1 - Math.exp(-count / even)));
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at] ?? 0;
    if (count === 0) continue;
    const [red, green, blue] = colour(at);
    image.data[4 * at] = red;
    image.data[4 * at + 1] = green;
    image.data[4 * at + 2] = blue;
    image.data[4 * at + 3] = opaque[count] ?? 255;
  }
  return image;
}

function byte(data: Uint8ClampedArray, at: number): number {
  return data[at] ?? 0;
}
