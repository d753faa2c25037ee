/** Shape of a histogram as SVG paths in a box of 256 x 100. */
import { BINS } from '../transport/frame';

export const HEIGHT = 100;
export const CHANNELS = ['red', 'green', 'blue', 'luma'] as const;

/**
 * One closed path for each channel. All share a scale, set by the fullest bin between the ends, so that clipped pixels
 * piling up at black or white do not flatten the rest; the square root lets thin parts be seen.
 */
export function shapes(histogram: Uint32Array): Record<(typeof CHANNELS)[number], string> {
  let top = 1;
  for (let i = 0; i < histogram.length; i++) {
    const bin = i % BINS;
    if (bin > 1 && bin < BINS - 2) top = Math.max(top, histogram[i] ?? 0);
  }
  const line = (channel: number) => {
    let d = `M0 ${HEIGHT}`;
    for (let i = 0; i < BINS; i++) {
      const share = Math.min(1, Math.sqrt((histogram[channel * BINS + i] ?? 0) / top));
      d += `L${i} ${(HEIGHT - share * (HEIGHT - 2)).toFixed(1)}`;
    }
    return `${d}L${BINS - 1} ${HEIGHT}Z`;
  };
  return { red: line(0), green: line(1), blue: line(2), luma: line(3) };
}
