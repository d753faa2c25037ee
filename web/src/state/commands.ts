/** What each command does. */
import { appearing } from './appearance.svelte';
import { TARGETS, type TargetCommand } from '../develop/targets';
import { LIBRARY } from '../shortcuts/library';
import { type Command, edits, leaves } from '../shortcuts/table';
import { t } from '../texts';
import type { App } from './app.svelte';
import { libraryCommands, whileShelved } from './catalogue/commands';
import { paste } from './paste';
import { toggleSecond } from './second/telling.svelte';
import { fullScreen } from './window';

const LIBRARY_COMMANDS: ReadonlySet<Command> = new Set(LIBRARY.map(({ id }) => id));

/** How commands are run: as the library has them while it is in front, and not against the assistant. */
export function runner(app: App): (command: Command) => void {
  const all = commands(app);
  const shelved = whileShelved(app);
  return (command) => {
    if (app.shelved && !LIBRARY_COMMANDS.has(command)) return shelved[command]?.();
    if (app.asking.carrying && edits(command) && !leaves(command)) {
      app.notices.tell(t('The assistant is at work on this photo. Stop it first.'));
      return;
    }
    if (app.asking.shown && edits(command)) {
      app.asking.discard();
      if (command === 'undo' || command === 'cancel') return;
    }
    all[command]();
  };
}

function commands(app: App): Record<Command, () => void> {
  return {
    ...libraryCommands(app),
    next: () => step(app, 1),
    previous: () => step(app, -1),
    first: () => step(app, -Number.MAX_SAFE_INTEGER),
    last: () => step(app, Number.MAX_SAFE_INTEGER),
    'select-all': () => app.library.selectAll(),
    zoom: () => app.stage.toggleZoom(),
    'zoom-in': () => app.stage.step(1),
    'zoom-out': () => app.stage.step(-1),
    'zoom-fit': () => app.stage.zoomTo('fit'),
    'zoom-100': () => app.stage.zoomTo(1),
    before: () => app.stage.show(app.stage.compare === 'before' ? 'after' : 'before'),
    split: () => app.stage.show(app.stage.compare === 'split' ? 'after' : 'split'),
    reference: () => app.reference.toggle(app.library.active),
    'set-reference': () => app.library.active && app.reference.choose(app.library.active),
    'second-window': () => toggleSecond(app),
    clipping: () => app.stage.clipping.toggle('both'),
    scope: () => app.stage.scopes.next(),
    proof: () => app.proofing.toggle(),
    gamut: () => app.proofing.toggleWarning(),
    'left-panel': () => (app.leftPanel = !app.leftPanel),
    'right-panel': () => (app.rightPanel = !app.rightPanel),
    filmstrip: () => (app.filmstrip = !app.filmstrip),
    lights: () => (app.lightsOut = !app.lightsOut),
    appearance: () => void appearing.next((error) => app.failed(error)),
    'full-screen': () => void fullScreen(app),
    'auto-tone': () => void app.editor.automatic(['tone']),
    'auto-white-balance': () => void app.editor.automatic(['white-balance']),
    'white-balance': () => {
      app.targeting.end();
      app.stage.picking = !app.stage.picking;
    },
    ...(Object.fromEntries(
      (Object.keys(TARGETS) as TargetCommand[]).map((command) => [command, () => target(app, command)]),
    ) as Record<TargetCommand, () => void>),
    'black-and-white': () => toggleBlackAndWhite(app),
    reset: () => app.editor.resetAll(),
    'rotate-left': () => turn(app, -90),
    'rotate-right': () => turn(app, 90),
    crop: () => {
      leaveTools(app, 'crop');
      app.cropping.toggle();
    },
    masks: () => {
      leaveTools(app, 'masks');
      app.masking.toggle();
    },
    retouch: () => {
      leaveTools(app, 'retouch');
      app.retouching.toggle();
    },
    'mask-overlay': () => app.masking.toggleOverlay(),
    'mask-style': () => app.masking.nextStyle(),
    'brush-smaller': () => resize(app, 1 / 1.2),
    'brush-larger': () => resize(app, 1.2),
    'brush-softer': () => app.masking.hardenBrush(-10),
    'brush-harder': () => app.masking.hardenBrush(10),
    'crop-swap': () => app.cropping.swap(),
    'crop-overlay': () => app.cropping.nextGuide(),
    commit: () => app.cropping.apply(),
    cancel: () => cancel(app),
    undo: () => app.editor.undo(),
    redo: () => app.editor.redo(),
    ask: () => {
      leaveTools(app, 'ask');
      if (app.chat.open) app.chat.focus();
      else if (app.asking.open()) app.dialog = 'ask';
    },
    chat: () => {
      leaveTools(app, 'chat');
      if (!app.chat.open) app.asking.open();
      app.chat.toggle();
    },
    copy: () => (app.dialog = 'copy'),
    'create-version': () => void app.versions.create(),
    'delete-version': () => app.versions.ask(app.editor.photo),
    snapshot: () => {
      app.leftPanel = true;
      app.versions.snap();
    },
    paste: () => void paste(app),
    export: () => (app.dialog = 'export'),
    engines: () => (app.dialog = 'engines'),
    commands: () => (app.dialog = 'commands'),
    help: () => (app.dialog = 'help'),
  };
}

function target(app: App, command: TargetCommand): void {
  const { operation, tab } = TARGETS[command];
  leaveTools(app, command);
  app.targeting.toggle(operation, tab);
}

function toggleBlackAndWhite(app: App): void {
  const p = app.editor.byName.get('black_and_white');
  if (!p) return;
  app.editor.change(p, app.editor.settings[p.name] !== true, null, false);
  app.editor.commitParameter(p);
}

function step(app: App, by: number): void {
  if (app.library.borrowed) {
    app.shelf.step(by);
    app.borrow();
    return;
  }
  app.library.step(by);
  app.openActive();
}

function turn(app: App, by: 90 | -90): void {
  if (app.cropping.active) app.cropping.turn(by);
  else app.editor.turn(by);
}

function resize(app: App, by: number): void {
  if (app.retouching.active) app.retouching.resize(by);
  else app.masking.resizeBrush(by);
}

function cancel(app: App): void {
  if (app.cropping.active) app.cropping.cancel();
  else if (app.masking.active) app.masking.toggle();
  else if (app.retouching.active) app.retouching.toggle();
  else if (app.guiding.active) app.guiding.active = false;
  else if (app.targeting.target) app.targeting.end();
  else if (app.stage.picking) app.stage.picking = false;
  else if (app.stage.compare !== 'after') app.stage.show('after');
  else if (app.reference.shown) app.reference.leave();
  else if (app.lightsOut) app.lightsOut = false;
  else if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // arrow keys change photos
}

/** One tool at a time works on the picture. but: the one that is about to. */
function leaveTools(app: App, but: Command): void {
  if (but !== 'crop') app.cropping.apply();
  if (but !== 'masks' && app.masking.active) app.masking.toggle();
  if (but !== 'retouch' && app.retouching.active) app.retouching.toggle();
  if (!(but in TARGETS)) app.targeting.end();
  app.stage.picking = false;
}
