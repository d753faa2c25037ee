/** Every command and its usual keys, declared once: what hears keys, and what lists or shows them, reads this table. */
import { LIBRARY, type LibraryCommand } from './library';
import { t } from '../texts';

/** What is in front: the crop tool, the photo with the other tools, or the library. */
export type Mode = 'crop' | 'develop' | 'library';
export const MODES: readonly Mode[] = ['crop', 'develop', 'library'];

export type Group = 'Library' | 'Photos' | 'View' | 'Develop' | 'Crop' | 'Masks' | 'Retouch' | 'Edit' | 'Help';
export const GROUPS: Record<Group, string> = {
  Library: t('Library'),
  Photos: t('Photos'),
  View: t('View'),
  Develop: t('Develop'),
  Crop: t('Crop'),
  Masks: t('Masks'),
  Retouch: t('Retouch'),
  Edit: t('Edit'),
  Help: t('Help'),
};

export interface Shortcut {
  id: Command;
  /** The first one is shown in tooltips and menus; none for what is found among the commands only. */
  keys: readonly string[];
  says: string;
  group: Group;
  /** Only while this is in front. Anywhere when left out. */
  during?: Mode | readonly Mode[];
}

export type Command =
  | LibraryCommand
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
  | 'reference'
  | 'set-reference'
  | 'second-window'
  | 'clipping'
  | 'scope'
  | 'proof'
  | 'gamut'
  | 'left-panel'
  | 'right-panel'
  | 'filmstrip'
  | 'lights'
  | 'full-screen'
  | 'white-balance'
  | 'black-and-white'
  | 'target-curve'
  | 'target-hue'
  | 'target-saturation'
  | 'target-luminance'
  | 'target-grey'
  | 'reset'
  | 'auto-tone'
  | 'auto-white-balance'
  | 'rotate-left'
  | 'rotate-right'
  | 'crop'
  | 'masks'
  | 'retouch'
  | 'mask-overlay'
  | 'mask-style'
  | 'brush-smaller'
  | 'brush-larger'
  | 'brush-softer'
  | 'brush-harder'
  | 'crop-swap'
  | 'crop-overlay'
  | 'commit'
  | 'cancel'
  | 'ask'
  | 'chat'
  | 'undo'
  | 'redo'
  | 'copy'
  | 'create-version'
  | 'delete-version'
  | 'snapshot'
  | 'paste'
  | 'export'
  | 'appearance'
  | 'engines'
  | 'commands'
  | 'help';

const WORK = { group: 'Develop', during: 'develop' } as const;
/** With a photo in front, cropped or not. */
const PHOTO = ['crop', 'develop'] as const;
/** But for the crop tool, whose changes are not kept yet. */
const ANYWHERE = ['develop', 'library'] as const;

export const SHORTCUTS: readonly Shortcut[] = [
  { id: 'next', keys: ['ArrowRight'], says: t('Next photo'), group: 'Photos', during: 'develop' },
  { id: 'previous', keys: ['ArrowLeft'], says: t('Previous photo'), group: 'Photos', during: 'develop' },
  { id: 'first', keys: ['Home'], says: t('First photo'), group: 'Photos', during: 'develop' },
  { id: 'last', keys: ['End'], says: t('Last photo'), group: 'Photos', during: 'develop' },
  { id: 'select-all', keys: ['Mod+A'], says: t('Select all photos'), group: 'Photos' },

  { id: 'zoom', keys: ['Z', 'Space'], says: t('Fit or 100 %'), group: 'View', during: 'develop' },
  { id: 'zoom-in', keys: ['Mod+=', 'Mod++'], says: t('Zoom in'), group: 'View', during: 'develop' },
  { id: 'zoom-out', keys: ['Mod+-'], says: t('Zoom out'), group: 'View', during: 'develop' },
  { id: 'zoom-fit', keys: ['Mod+0'], says: t('Fit in the window'), group: 'View', during: 'develop' },
  { id: 'zoom-100', keys: ['Mod+Alt+0'], says: '100 %', group: 'View', during: 'develop' },
  { id: 'before', keys: ['\\'], says: t('Before'), group: 'View', during: 'develop' },
  { id: 'split', keys: ['Y'], says: t('Before and after, side by side'), group: 'View', during: 'develop' },
  { id: 'reference', keys: ['Shift+R'], says: t('Reference photo beside this one'), group: 'View', during: 'develop' },
  { id: 'set-reference', keys: [], says: t('Set as reference'), group: 'View', during: ANYWHERE },
  { id: 'clipping', keys: ['J'], says: t('Show clipped shadows and highlights'), group: 'View', during: PHOTO },
  {
    id: 'scope',
    keys: [],
    says: t('Next scope: histogram, waveform, parade, vectorscope'),
    group: 'View',
    during: PHOTO,
  },
  { id: 'proof', keys: ['S'], says: t('Soft proof: the colours of an export'), group: 'View', during: PHOTO },
  { id: 'gamut', keys: ['Shift+S'], says: t('Mark colours that the export has not'), group: 'View', during: PHOTO },
  { id: 'filmstrip', keys: ['F6'], says: t('Hide or show the filmstrip'), group: 'View' },
  { id: 'left-panel', keys: ['F7'], says: t('Hide or show the history'), group: 'View' },
  { id: 'right-panel', keys: ['F8'], says: t('Hide or show the develop panel'), group: 'View' },
  { id: 'lights', keys: ['L'], says: t('Lights out'), group: 'View' },
  { id: 'full-screen', keys: ['F'], says: t('Full screen'), group: 'View' },
  { id: 'second-window', keys: ['F11'], says: t('Second window: the photo alone, large'), group: 'View' },
  { id: 'appearance', keys: [], says: t('Next appearance: dark, grey, light'), group: 'View' },

  { id: 'white-balance', keys: ['W'], says: t('White balance picker'), group: 'Develop', during: 'develop' },
  { id: 'auto-tone', keys: ['Mod+U'], says: t('Auto tone'), group: 'Develop', during: 'develop' },
  { id: 'auto-white-balance', keys: ['Mod+Shift+U'], says: t('Auto white balance'), ...WORK },
  { id: 'black-and-white', keys: ['V'], says: t('Black and white'), group: 'Develop', during: PHOTO },
  { id: 'target-curve', keys: ['Mod+Alt+Shift+T'], says: t('Tone curve, in the picture'), ...WORK },
  { id: 'target-hue', keys: ['Mod+Alt+Shift+H'], says: t('Hue, in the picture'), ...WORK },
  { id: 'target-saturation', keys: ['Mod+Alt+Shift+S'], says: t('Saturation, in the picture'), ...WORK },
  { id: 'target-luminance', keys: ['Mod+Alt+Shift+L'], says: t('Luminance, in the picture'), ...WORK },
  { id: 'target-grey', keys: ['Mod+Alt+Shift+G'], says: t('Black and white, in the picture'), ...WORK },
  { id: 'rotate-left', keys: ['Mod+['], says: t('Rotate left'), group: 'Develop', during: PHOTO },
  { id: 'rotate-right', keys: ['Mod+]'], says: t('Rotate right'), group: 'Develop', during: PHOTO },
  { id: 'reset', keys: ['Mod+Shift+R'], says: t('Reset all settings'), group: 'Develop', during: 'develop' },

  { id: 'crop', keys: ['R'], says: t('Crop and straighten'), group: 'Crop' },
  { id: 'crop-swap', keys: ['X'], says: t('Swap upright and lying'), group: 'Crop', during: 'crop' },
  { id: 'crop-overlay', keys: ['O'], says: t('Next guide overlay'), group: 'Crop', during: 'crop' },
  { id: 'masks', keys: ['Shift+W'], says: t('Masks'), group: 'Masks', during: 'develop' },
  { id: 'mask-overlay', keys: ['O'], says: t('Show or hide the mask'), group: 'Masks', during: 'develop' },
  { id: 'mask-style', keys: ['Shift+O'], says: t('Next way to show the mask'), group: 'Masks', during: 'develop' },
  { id: 'brush-smaller', keys: ['['], says: t('Smaller brush or spot'), group: 'Masks', during: 'develop' },
  { id: 'brush-larger', keys: [']'], says: t('Larger brush or spot'), group: 'Masks', during: 'develop' },
  { id: 'brush-softer', keys: ['{'], says: t('Softer brush'), group: 'Masks', during: 'develop' },
  { id: 'brush-harder', keys: ['}'], says: t('Harder brush'), group: 'Masks', during: 'develop' },
  { id: 'retouch', keys: ['Q'], says: t('Remove, heal and clone'), group: 'Retouch', during: 'develop' },
  { id: 'commit', keys: ['Enter'], says: t('Apply the crop'), group: 'Crop', during: 'crop' },
  { id: 'cancel', keys: ['Escape'], says: t('Leave the tool'), group: 'Crop' },

  { id: 'ask', keys: ['Mod+K'], says: t('Say what should change'), group: 'Edit', during: PHOTO },
  {
    id: 'chat',
    keys: ['A'],
    says: t('Assistant: what was asked, and what the photo might want'),
    group: 'Edit',
    during: 'develop',
  },
  { id: 'undo', keys: ['Mod+Z'], says: t('Undo'), group: 'Edit' },
  { id: 'redo', keys: ['Mod+Shift+Z', 'Mod+Y'], says: t('Redo'), group: 'Edit' },
  { id: 'copy', keys: ['Mod+Shift+C'], says: t('Copy settings'), group: 'Edit', during: PHOTO },
  { id: 'paste', keys: ['Mod+Shift+V'], says: t('Paste settings to the selected photos'), group: 'Edit' },
  { id: 'create-version', keys: ["Mod+'"], says: t('Create virtual copy'), group: 'Edit', during: ANYWHERE },
  { id: 'delete-version', keys: ['Delete'], says: t('Delete this virtual copy'), group: 'Edit', during: ANYWHERE },
  { id: 'snapshot', keys: ['Mod+N'], says: t('Take a snapshot'), group: 'Edit', during: 'develop' },
  { id: 'export', keys: ['Mod+Shift+E'], says: t('Export'), group: 'Edit' },

  { id: 'engines', keys: ['Mod+Shift+M'], says: t('AI on this machine: memory, models, what fits'), group: 'Help' },
  { id: 'commands', keys: ['F1', 'Mod+Shift+P'], says: t('All commands'), group: 'Help' },
  { id: 'help', keys: ['?', 'Mod+/'], says: t('Keyboard shortcuts'), group: 'Help' },
  ...LIBRARY,
];

/** What only changes how the picture is seen, or the page. */
const LOOKS: ReadonlySet<Command> = new Set([
  ...(['zoom', 'zoom-in', 'zoom-out', 'zoom-fit', 'zoom-100', 'before', 'split', 'clipping', 'lights'] as const),
  ...(['scope', 'proof', 'gamut', 'full-screen', 'reference', 'set-reference', 'second-window'] as const),
  ...LIBRARY.map(({ id }) => id),
  ...(['left-panel', 'right-panel', 'filmstrip', 'ask', 'engines', 'commands', 'help', 'copy'] as const),
]);

/** Whether a command works on the photo, or leaves it. */
export function edits(command: Command): boolean {
  return !LOOKS.has(command);
}

/** Whether it only goes to another photo. */
export function leaves(command: Command): boolean {
  return ['next', 'previous', 'first', 'last', 'select-all'].includes(command);
}
