/** Point colours: Oklab (Ottosson 2020) for the server, sRGB for the eye. */
import type { PointColour } from './parameter';

export const USUAL = { hue: 0, saturation: 0, luminance: 0, variance: 0, range: 50 };
export const MOST = 8;
/** Before one is chosen. */
export const GREY = '#808080';

type Triple = [number, number, number];

export function shownColour([l, a, b]: Triple): string {
  const [x, y, z] = [
    (l + 0.3963377774 * a + 0.2158037573 * b) ** 3,
    (l - 0.1055613458 * a - 0.0638541728 * b) ** 3,
    (l - 0.0894841775 * a - 1.291485548 * b) ** 3,
  ];
  const light = [
    4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z,
    -1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z,
    -0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z,
  ];
  const codes = light.map((v) => Math.round(255 * encoded(Math.min(1, Math.max(0, v)))));
  return `#${codes.map((code) => code.toString(16).padStart(2, '0')).join('')}`;
}

export function labOf(colour: string): Triple {
  const [r, g, b] = [1, 3, 5].map((i) => decoded(parseInt(colour.slice(i, i + 2), 16) / 255)) as Triple;
  const [x, y, z] = [
    Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
    Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
    Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
  ];
  const lab = [
    0.2104542553 * x + 0.793617785 * y - 0.0040720468 * z,
    1.9779984951 * x - 2.428592205 * y + 0.4505937099 * z,
    0.0259040371 * x + 0.7827717662 * y - 0.808675766 * z,
  ];
  return lab.map((v) => Number(v.toFixed(5))) as Triple;
}

export function sampled(colour: string): PointColour {
  return { colour: labOf(colour), ...USUAL };
}

function encoded(v: number): number {
  return v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055;
}

function decoded(v: number): number {
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}
