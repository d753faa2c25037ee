/** Stillbytes from other programs: every route, typed, and the steps that one takes with them. */
export * as routes from './generated/index.ts';
export type * from './generated/types.gen.ts';
export { type Happening } from './events.ts';
export { Refused } from './refused.ts';
export { Stillbytes, type StartOptions } from './stillbytes.ts';
export { type Watching } from './work.ts';
