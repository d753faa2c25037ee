/** Crop and orientation as the settings hold them. */
import type { Settings } from '../develop/parameter';
import {
  type Crop,
  type Matrix,
  type Orientation,
  type Size,
  WHOLE,
  developedSize,
  frameToDeveloped,
} from './geometry';

export const CROP_NAMES = ['crop_left', 'crop_top', 'crop_right', 'crop_bottom', 'crop_angle'];
export const TURN_NAMES = ['rotate', 'flip_horizontal', 'flip_vertical'];
export const GEOMETRY_NAMES = [...CROP_NAMES, ...TURN_NAMES];

function number(settings: Settings, name: string, otherwise: number): number {
  const value = settings[name];
  return typeof value === 'number' ? value : otherwise;
}

export function cropIn(settings: Settings): Crop {
  return {
    left: number(settings, 'crop_left', WHOLE.left),
    top: number(settings, 'crop_top', WHOLE.top),
    right: number(settings, 'crop_right', WHOLE.right),
    bottom: number(settings, 'crop_bottom', WHOLE.bottom),
    angle: number(settings, 'crop_angle', WHOLE.angle),
  };
}

export function orientationIn(settings: Settings): Orientation {
  const quarter = Number(settings.rotate ?? 0);
  return {
    rotate: quarter === 90 || quarter === 180 || quarter === 270 ? quarter : 0,
    flipHorizontal: settings.flip_horizontal === true,
    flipVertical: settings.flip_vertical === true,
  };
}

/** Maps frame pixels to pixels of the picture that these settings develop. */
export function mapOf(settings: Settings, frame: Size): Matrix {
  return frameToDeveloped(frame, cropIn(settings), orientationIn(settings));
}

/** Size of the picture that these settings develop, in whole pixels. */
export function sizeOf(settings: Settings, frame: Size): Size {
  const { width, height } = developedSize(frame, cropIn(settings), orientationIn(settings));
  return { width: Math.max(1, Math.round(width)), height: Math.max(1, Math.round(height)) };
}

export function withoutCrop(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !CROP_NAMES.includes(name)));
}

export function onlyGeometry(settings: Settings): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => GEOMETRY_NAMES.includes(name)));
}
