/** Draws the plots of a scope into its canvas. */
import { type Plot, type Rgb, type Signal, trace } from '../../canvas/scopes';
import { appearing } from '../../state/appearance.svelte';

const TOKENS: Record<Signal, string> = {
  red: '--channel-red',
  green: '--channel-green',
  blue: '--channel-blue',
  luma: '--grey-9',
};

/** The colour of a signal as the page looks now, for every place. */
export function ink(signal: Signal): () => Rgb {
  const look = appearing.current;
  let known = inks.get(look + signal);
  if (!known) {
    const value = getComputedStyle(document.documentElement).getPropertyValue(TOKENS[signal]).trim();
    const part = (at: number) => parseInt(value.slice(at, at + 2), 16);
    inks.set(look + signal, (known = [part(1), part(3), part(5)]));
  }
  return () => known;
}

/** Asking the page's style while a slider moves would make the browser lay it out. */
const inks = new Map<string, Rgb>();

/** Plots beside each other; none empties the canvas. A place with as many pixels as the mean of all is mostly covered. */
export function put(
  canvas: HTMLCanvasElement,
  plots: readonly Plot[],
  colour: (plot: number) => (at: number) => Rgb,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  plots.forEach((plot, at) => {
    context.putImageData(trace(plot, colour(at)), at * plot.width, 0);
  });
}
