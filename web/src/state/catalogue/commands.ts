/** What each of the library's commands does, and what the others do while it is in front. */
import { aside } from '../../shortcuts/current.svelte';
import type { LibraryCommand } from '../../shortcuts/library';
import type { Command } from '../../shortcuts/table';
import { FIT } from '../../catalogue/view';
import { titled } from '../../library/versions';
import type { App } from '../app.svelte';
import { paste } from '../paste';
import { toggleSecond } from '../second/telling.svelte';
import { fullScreen } from '../window';
import { LARGEST, SMALLEST } from './look';
import { t } from '../../texts';

const STEP = 1.18;
/** Of the map's sides, that an arrow key moves it by. */
const PAN = 0.2;

export function libraryCommands(app: App): Record<LibraryCommand, () => void> {
  const { shelf } = app;
  const walk = (by: number, extend = false) => {
    shelf.step(by, extend);
    if (!app.shelved) app.borrow();
  };
  /** In the map arrows move what is looked at. */
  const along = (right: number, down: number, otherwise: () => void) => () => {
    if (app.shelved && shelf.mode === 'map') shelf.map.pan(right * PAN, down * PAN);
    else otherwise();
  };
  const sized = (by: 1 | -1) => {
    if (shelf.mode === 'map') return shelf.map.nearer(by);
    const cell = Math.round(shelf.look.cell * STEP ** by);
    shelf.adjust({ cell: Math.min(LARGEST, Math.max(SMALLEST, cell)) });
  };
  const rows = (by: number, extend = false) => walk(by * (shelf.mode === 'grid' ? shelf.columns : 1), extend);
  return {
    grid: () => app.showLibrary('grid'),
    loupe: () => app.showLibrary('loupe'),
    compare: () => app.showLibrary('compare'),
    survey: () => app.showLibrary('survey'),
    map: () => app.showLibrary('map'),
    'map-fit': () => {
      if (shelf.mode === 'map') shelf.map.fit();
    },
    develop: () => void app.develop(),
    'into-loupe': () => {
      if (shelf.mode === 'loupe') magnify(app);
      else app.showLibrary('loupe');
    },
    magnify: () => {
      if (shelf.large) magnify(app);
      else app.showLibrary('loupe');
    },
    left: along(-1, 0, () => walk(-1)),
    right: along(1, 0, () => walk(1)),
    up: along(0, -1, () => rows(-1)),
    down: along(0, 1, () => rows(1)),
    'extend-left': () => walk(-1, true),
    'extend-right': () => walk(1, true),
    'extend-up': () => rows(-1, true),
    'extend-down': () => rows(1, true),
    'page-up': () => rows(-shelf.page),
    'page-down': () => rows(shelf.page),
    'to-first': () => walk(-shelf.listing.order.length),
    'to-last': () => walk(shelf.listing.order.length),
    'select-one': () => shelf.selectOne(),
    'rate-0': () => rate(app, 0),
    'rate-1': () => rate(app, 1),
    'rate-2': () => rate(app, 2),
    'rate-3': () => rate(app, 3),
    'rate-4': () => rate(app, 4),
    'rate-5': () => rate(app, 5),
    pick: () => flag(app, 1),
    reject: () => flag(app, -1),
    unflag: () => flag(app, 0),
    'label-red': () => label(app, 'Red'),
    'label-yellow': () => label(app, 'Yellow'),
    'label-green': () => label(app, 'Green'),
    'label-blue': () => label(app, 'Blue'),
    advance: () => {
      shelf.adjust({ advance: !shelf.look.advance });
      app.notices.tell(
        shelf.look.advance ? t('A rating goes on to the next photo.') : t('A rating stays at its photo.'),
      );
    },
    larger: () => sized(1),
    smaller: () => sized(-1),
    search: () => document.querySelector<HTMLInputElement>('[data-search]')?.select(),
    promote: () => shelf.promote(),
    dismiss: () => {
      if (shelf.mode === 'survey' && shelf.picks.active !== null) shelf.dismiss(shelf.picks.active);
    },
    'new-collection': () => (app.dialog = 'collection'),
    'add-folder': () => (app.dialog = 'folder'),
    'suggest-captions': () => {
      if (shelf.state?.captions) void shelf.offers.suggest(shelf.meant, false);
      else app.notices.tell(t('There is no model here that sees pictures.'));
    },
    'accept-captions': () =>
      void shelf.offers
        .look(shelf.meant) // also where no panel shows them
        .then(() => shelf.listing.all(shelf.meant))
        .then((photos) => shelf.offers.acceptAll(shelf.offers.of(photos))),
    import: () => (app.dialog = 'import'),
  };
}

/** What commands of the rest of the page do while the library is in front; the others do nothing then. */
export function whileShelved(app: App): Partial<Record<Command, () => void>> {
  const { shelf } = app;
  const told = (step: string | null, how: string) => {
    if (step !== '') app.notices.tell(step === null ? t('There is nothing more.') : `${how}: ${step}`);
  };
  return {
    'select-all': () => shelf.selectAll(),
    'left-panel': () => shelf.adjust({ left: !shelf.look.left }),
    'right-panel': () => shelf.adjust({ right: !shelf.look.right }),
    filmstrip: () => (app.filmstrip = !app.filmstrip),
    undo: () => void shelf.describing.undo().then((step) => told(step, t('Taken back'))),
    redo: () => void shelf.describing.redo().then((step) => told(step, t('Done again'))),
    cancel: () => {
      if (shelf.view.scale !== null) shelf.see(FIT);
      else if (shelf.mode !== 'grid') app.showLibrary('grid');
      else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    },
    crop: () => void app.develop().then(() => app.run('crop')),
    'create-version': () => void shelf.listing.all([...shelf.meant]).then((photos) => app.versions.createOf(photos)),
    'delete-version': () => app.versions.ask(shelf.active),
    export: () => void app.borrowed().then(() => (app.dialog = 'export')),
    paste: () => void app.borrowed().then(() => paste(app)),
    'set-reference': () => {
      if (!shelf.active) return;
      app.reference.choose(shelf.active);
      app.notices.tell(t(`${titled(shelf.active)} stands beside the photo in Develop now.`));
    },
    'second-window': () => toggleSecond(app),
    lights: () => (app.lightsOut = !app.lightsOut),
    'full-screen': () => void fullScreen(app),
    engines: () => (app.dialog = 'engines'),
    commands: () => (app.dialog = 'commands'),
    help: () => (app.dialog = 'help'),
  };
}

function magnify(app: App): void {
  const { shelf } = app;
  shelf.see(shelf.view.scale === null ? { scale: 1, x: 0.5, y: 0.5 } : FIT);
}

/** Before a photo that is not of the library nothing can be said about it. */
function able(app: App): boolean {
  if (app.shelved || app.library.borrowed) return true;
  app.notices.tell(t(`Add the folder to the library${aside('grid')} to rate its photos.`));
  return false;
}

function rate(app: App, rating: number): void {
  if (!able(app)) return;
  app.shelf.star(rating);
  if (!app.shelved) app.borrow();
}

function flag(app: App, flag: number): void {
  if (!able(app)) return;
  app.shelf.rate({ flag }, flag > 0 ? t('Pick') : flag < 0 ? t('Reject') : t('No flag'));
  if (!app.shelved) app.borrow();
}

function label(app: App, label: string): void {
  if (!able(app)) return;
  app.shelf.mark(label);
  if (!app.shelved) app.borrow();
}
