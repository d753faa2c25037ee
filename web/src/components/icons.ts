/** Line icons on a 16 x 16 grid, drawn with the text's colour. */
export const ICONS = {
  undo: 'M6 3 2.5 6.5 6 10M2.5 6.5h7a4 4 0 0 1 0 8H7',
  redo: 'm10 3 3.500 3.500L10 10M13.500 6.500h-7a4 4 0 0 0 0 8H9',
  crop: 'M4 1v11h11M1 4h11v11',
  picker:
    'm9 4 3 3M10.500 2.500a1.770 1.770 0 0 1 2.500 0l.5.5a1.770 1.770 0 0 1 0 2.500L11 8 8 5zM8.700 6 3 11.700 2.500 13.500l1.800-.5L10 7.300',
  before: 'M2 3h12v10H2zM8 3v10M4 6h2M4 8.500h2',
  split: 'M2 3h12v10H2zM8 1v14',
  export: 'M8 10V2M5 4.500 8 1.800l3 2.700M2.500 9.500v4h11v-4',
  help: 'M8 14.500a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13M6 6.200a2 2 0 1 1 2.700 1.900c-.5.2-.7.500-.7 1.100M8 11.500v.1',
  chevron: 'm6 4 4 4-4 4',
  eye: 'M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4',
  close: 'm4 4 8 8M12 4l-8 8',
  reset: 'M3 8a5 5 0 1 0 1.600-3.700M3 2v3h3',
  copy: 'M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3',
  paste: 'M5 3H3v11h10V3h-2M5.500 1.800h5v2.400h-5z',
  rotateLeft: 'M4 7h7.500v7H4zM2.500 4.500a6 6 0 0 1 8-1.500M2 2v3h3',
  rotateRight: 'M4.500 7H12v7H4.500zM13.500 4.500a6 6 0 0 0-8-1.500M14 2v3h-3',
  flipHorizontal: 'M8 1.500v13M6 4 2 12h4zM10 4l4 8h-4z',
  flipVertical: 'M1.500 8h13M4 6l8-4v4zM4 10l8 4v-4z',
  swap: 'M2 5.500h7v8H2zM6 2.500h8V9h-2.500',
  check: 'm3 8.500 3.200 3L13 4.500',
  tune: 'M2 4.500h6M11 4.500h3M9.500 3v3M2 11.500h2M7 11.500h7M5.500 10v3',
  warning: 'M8 2 1.500 13.500h13zM8 6.500v3.500M8 12v.1',
  history: 'M8 4.500V8l2.500 1.500M2.500 8a5.500 5.500 0 1 0 1.700-4M2.300 2v2.500h2.500',
} as const;

export type IconName = keyof typeof ICONS;
