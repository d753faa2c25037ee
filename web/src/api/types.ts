/** The server's words, as the page uses them. Made from its OpenAPI document; `npm run api` makes them anew. */
import type { Settings } from '../develop/parameter';
import type { CardStatus, PhotoModel } from './generated';

export type { Group, Parameter, Settings, Value } from '../develop/parameter';
export type {
  AiModel,
  EngineModel as Engine,
  ExportRequest,
  FolderModel as Folder,
  Formats,
  JobModel as Job,
  PhotoEntry,
  PlanModel as Plan,
  PullModel as Pull,
} from './generated';

/** The document leaves the kinds of values open; the page knows them from the declarations. */
export type Photo = Omit<PhotoModel, 'settings'> & { settings: Settings };

/** The server sends every field; the document marks those with a default as optional. */
export type Card = Required<CardStatus>;
