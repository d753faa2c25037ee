/**
 * Which part of the developed picture is on the canvas, and what to ask the server for.
 *
 * Photo pixels are pixels of the developed picture at full resolution, stage pixels those of the canvas' backing store
 * (device pixels). A zoom of 1 shows one photo pixel on one stage pixel.
 */
import type { Point, Rect, Size } from '../crop/geometry';

export type Zoom = 'fit' | number;

export interface View {
  zoom: Zoom;
  /** What is in the middle of the stage, as parts of the picture. */
  centre: Point;
}

/** Where the picture lies on the stage: its top left corner and stage pixels per photo pixel. */
export interface Placement extends Point, Size {
  scale: number;
}

export interface Demand {
  scale: number;
  region: Rect;
}

export const FITTED: View = { zoom: 'fit', centre: { x: 0.5, y: 0.5 } };
export const STEPS: readonly number[] = [0.125, 0.25, 0.5, 1, 2, 4];
export const LARGEST_STEP = 4;

export function fitScale(developed: Size, stage: Size, margin: number): number {
  const width = Math.max(1, stage.width - 2 * margin);
  const height = Math.max(1, stage.height - 2 * margin);
  return Math.min(width / developed.width, height / developed.height, LARGEST_STEP);
}

export function place(view: View, developed: Size, stage: Size, margin = 0): Placement {
  const scale = view.zoom === 'fit' ? fitScale(developed, stage, margin) : view.zoom;
  const width = Math.max(1, Math.round(developed.width * scale));
  const height = Math.max(1, Math.round(developed.height * scale));
  return {
    scale,
    width,
    height,
    x: along(stage.width, width, view.zoom === 'fit' ? 0.5 : view.centre.x),
    y: along(stage.height, height, view.zoom === 'fit' ? 0.5 : view.centre.y),
  };
}

/** Whole stage pixels, so that frames are painted without resampling. A small picture is centred, a large one clamped. */
function along(stage: number, length: number, centre: number): number {
  if (length <= stage) return Math.floor((stage - length) / 2);
  return Math.round(Math.min(0, Math.max(stage - length, stage / 2 - centre * length)));
}

/** What the server shall render for this placement: never more than full resolution, half of it for a draft. */
export function demand(placement: Placement, developed: Size, stage: Size, draft: boolean): Demand | null {
  const scale = Math.min(1, placement.scale) * (draft ? 0.5 : 1);
  const grid = gridOf(developed, scale);
  const perX = grid.width / placement.width;
  const perY = grid.height / placement.height;
  const left = Math.max(0, Math.floor(-placement.x * perX));
  const top = Math.max(0, Math.floor(-placement.y * perY));
  const right = Math.min(grid.width, Math.ceil((stage.width - placement.x) * perX));
  const bottom = Math.min(grid.height, Math.ceil((stage.height - placement.y) * perY));
  if (right <= left || bottom <= top) return null;
  return { scale, region: { x: left, y: top, width: right - left, height: bottom - top } };
}

/** The whole picture, its long edge at most `edge` pixels: for the histogram and the underlay while zoomed in. */
export function overview(developed: Size, edge: number): Demand {
  const scale = Math.min(1, edge / Math.max(developed.width, developed.height));
  return { scale, region: { x: 0, y: 0, ...gridOf(developed, scale) } };
}

export function gridOf(developed: Size, scale: number): Size {
  return {
    width: Math.max(1, Math.round(developed.width * scale)),
    height: Math.max(1, Math.round(developed.height * scale)),
  };
}

export function isWhole({ scale, region }: Demand, developed: Size): boolean {
  const grid = gridOf(developed, scale);
  return region.x <= 0 && region.y <= 0 && region.width >= grid.width && region.height >= grid.height;
}

/** Where a frame of that region and scale lies on the stage. */
export function landing({ scale, region }: Demand, developed: Size, placement: Placement): Rect {
  const grid = gridOf(developed, scale);
  const perX = placement.width / grid.width;
  const perY = placement.height / grid.height;
  return {
    x: placement.x + region.x * perX,
    y: placement.y + region.y * perY,
    width: region.width * perX,
    height: region.height * perY,
  };
}

/** The stage point as parts of the picture; outside 0..1 beside the picture. */
export function toPicture(point: Point, placement: Placement): Point {
  return { x: (point.x - placement.x) / placement.width, y: (point.y - placement.y) / placement.height };
}

/** Zoomed so that the spot of the picture under `at` stays under it. */
export function zoomedAt(view: View, zoom: Zoom, at: Point, developed: Size, stage: Size, margin = 0): View {
  if (zoom === 'fit') return FITTED;
  const spot = toPicture(at, place(view, developed, stage, margin));
  const inside = { x: clamp01(spot.x), y: clamp01(spot.y) };
  return settled(
    {
      zoom,
      centre: {
        x: inside.x + (stage.width / 2 - at.x) / (developed.width * zoom),
        y: inside.y + (stage.height / 2 - at.y) / (developed.height * zoom),
      },
    },
    developed,
    stage,
  );
}

export function panned(view: View, dx: number, dy: number, developed: Size, stage: Size): View {
  if (view.zoom === 'fit') return view;
  const centre = {
    x: view.centre.x - dx / (developed.width * view.zoom),
    y: view.centre.y - dy / (developed.height * view.zoom),
  };
  return settled({ zoom: view.zoom, centre }, developed, stage);
}

/** The centre moved to where clamping puts it, so that panning back starts at once. */
function settled(view: View, developed: Size, stage: Size): View {
  if (view.zoom === 'fit') return view;
  const room = (stageLength: number, length: number) => Math.min(0.5, stageLength / 2 / length);
  const rx = room(stage.width, developed.width * view.zoom);
  const ry = room(stage.height, developed.height * view.zoom);
  return {
    zoom: view.zoom,
    centre: {
      x: Math.min(1 - rx, Math.max(rx, view.centre.x)),
      y: Math.min(1 - ry, Math.max(ry, view.centre.y)),
    },
  };
}

/** The next larger or smaller step; below the smallest that exceeds fit comes fit itself. */
export function stepped(view: View, direction: 1 | -1, fitted: number): Zoom {
  const current = view.zoom === 'fit' ? fitted : view.zoom;
  if (direction > 0) return STEPS.find((s) => s > current * 1.01 && s > fitted) ?? LARGEST_STEP;
  const smaller = [...STEPS].reverse().find((s) => s < current * 0.99 && s > fitted);
  return smaller ?? 'fit';
}

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}
