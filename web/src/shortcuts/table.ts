/** Every keyboard shortcut, declared once: the handler and the list behind `?` both read this table. */
export interface Shortcut {
  id: Command;
  keys: readonly string[];
  says: string;
  group: 'Photos' | 'View' | 'Develop' | 'Crop' | 'Masks' | 'Retouch' | 'Edit' | 'Help';
  /** Only while the crop tool is open, or only while it is not. Anywhere when left out. */
  during?: 'crop' | 'develop';
}

export type Command =
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'select-all'
  | 'zoom'
  | 'zoom-in'
  | 'zoom-out'
  | 'zoom-fit'
  | 'zoom-100'
  | 'before'
  | 'split'
  | 'clipping'
  | 'left-panel'
  | 'right-panel'
  | 'filmstrip'
  | 'lights'
  | 'white-balance'
  | 'black-and-white'
  | 'reset'
  | 'rotate-left'
  | 'rotate-right'
  | 'crop'
  | 'masks'
  | 'retouch'
  | 'mask-overlay'
  | 'brush-smaller'
  | 'brush-larger'
  | 'crop-swap'
  | 'crop-overlay'
  | 'commit'
  | 'cancel'
  | 'ask'
  | 'undo'
  | 'redo'
  | 'copy'
  | 'paste'
  | 'export'
  | 'engines'
  | 'help';

export const SHORTCUTS: readonly Shortcut[] = [
  { id: 'next', keys: ['ArrowRight'], says: 'Next photo', group: 'Photos', during: 'develop' },
  { id: 'previous', keys: ['ArrowLeft'], says: 'Previous photo', group: 'Photos', during: 'develop' },
  { id: 'first', keys: ['Home'], says: 'First photo', group: 'Photos', during: 'develop' },
  { id: 'last', keys: ['End'], says: 'Last photo', group: 'Photos', during: 'develop' },
  { id: 'select-all', keys: ['Mod+A'], says: 'Select all photos', group: 'Photos' },

  { id: 'zoom', keys: ['Z', 'Space'], says: 'Fit or 100 %', group: 'View', during: 'develop' },
  { id: 'zoom-in', keys: ['Mod+=', 'Mod++'], says: 'Zoom in', group: 'View', during: 'develop' },
  { id: 'zoom-out', keys: ['Mod+-'], says: 'Zoom out', group: 'View', during: 'develop' },
  { id: 'zoom-fit', keys: ['Mod+0'], says: 'Fit in the window', group: 'View', during: 'develop' },
  { id: 'zoom-100', keys: ['Mod+Alt+0'], says: '100 %', group: 'View', during: 'develop' },
  { id: 'before', keys: ['\\'], says: 'Before', group: 'View', during: 'develop' },
  { id: 'split', keys: ['Y'], says: 'Before and after, side by side', group: 'View', during: 'develop' },
  { id: 'clipping', keys: ['J'], says: 'Show clipped shadows and highlights', group: 'View' },
  { id: 'filmstrip', keys: ['F6'], says: 'Hide or show the filmstrip', group: 'View' },
  { id: 'left-panel', keys: ['F7'], says: 'Hide or show the history', group: 'View' },
  { id: 'right-panel', keys: ['F8'], says: 'Hide or show the develop panel', group: 'View' },
  { id: 'lights', keys: ['L'], says: 'Lights out', group: 'View' },

  { id: 'white-balance', keys: ['W'], says: 'White balance picker', group: 'Develop', during: 'develop' },
  { id: 'black-and-white', keys: ['V'], says: 'Black and white', group: 'Develop' },
  { id: 'rotate-left', keys: ['Mod+['], says: 'Rotate left', group: 'Develop' },
  { id: 'rotate-right', keys: ['Mod+]'], says: 'Rotate right', group: 'Develop' },
  { id: 'reset', keys: ['Mod+Shift+R'], says: 'Reset all settings', group: 'Develop', during: 'develop' },

  { id: 'crop', keys: ['R'], says: 'Crop and straighten', group: 'Crop' },
  { id: 'crop-swap', keys: ['X'], says: 'Swap upright and lying', group: 'Crop', during: 'crop' },
  { id: 'crop-overlay', keys: ['O'], says: 'Next guide overlay', group: 'Crop', during: 'crop' },
  { id: 'masks', keys: ['Shift+W'], says: 'Masks', group: 'Masks', during: 'develop' },
  { id: 'mask-overlay', keys: ['O'], says: 'Show or hide the mask', group: 'Masks', during: 'develop' },
  { id: 'brush-smaller', keys: ['['], says: 'Smaller brush or spot', group: 'Masks', during: 'develop' },
  { id: 'brush-larger', keys: [']'], says: 'Larger brush or spot', group: 'Masks', during: 'develop' },
  { id: 'retouch', keys: ['Q'], says: 'Remove, heal and clone', group: 'Retouch', during: 'develop' },
  { id: 'commit', keys: ['Enter'], says: 'Apply the crop', group: 'Crop', during: 'crop' },
  { id: 'cancel', keys: ['Escape'], says: 'Leave the tool', group: 'Crop' },

  { id: 'ask', keys: ['Mod+K'], says: 'Say what should change', group: 'Edit' },
  { id: 'undo', keys: ['Mod+Z'], says: 'Undo', group: 'Edit' },
  { id: 'redo', keys: ['Mod+Shift+Z', 'Mod+Y'], says: 'Redo', group: 'Edit' },
  { id: 'copy', keys: ['Mod+Shift+C'], says: 'Copy settings', group: 'Edit' },
  { id: 'paste', keys: ['Mod+Shift+V'], says: 'Paste settings to the selected photos', group: 'Edit' },
  { id: 'export', keys: ['Mod+Shift+E'], says: 'Export', group: 'Edit' },

  { id: 'engines', keys: ['Mod+Shift+M'], says: 'AI on this machine: memory, models, what fits', group: 'Help' },
  { id: 'help', keys: ['?'], says: 'This list', group: 'Help' },
];
