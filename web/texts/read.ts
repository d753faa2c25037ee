/** Attributes and properties of components that people read or hear. */
export const READ: ReadonlySet<string> = new Set(
  'adds alt aria-description aria-label aria-valuetext holds label placeholder says title'.split(' '),
);
