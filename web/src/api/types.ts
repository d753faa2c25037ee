/** The server's words, as the page uses them. Made from its OpenAPI document; `npm run api` makes them anew. */
import type { Patch, Settings } from '../develop/parameter';
import type {
  AskRow,
  AskStep,
  CardStatus,
  ForecastModel,
  GetPlanData,
  PhotoModel,
  ProposalModel,
  StartEngineData,
  TaskModel,
} from './generated';

export type { Adjustment, Group, Parameter, Patch, Settings, Value } from '../develop/parameter';
export type {
  AiModel,
  CaptionOffer,
  CardModel as CardInfo,
  CataloguePhoto,
  CollectionModel as Collection,
  CombinationModel as Combination,
  Directory,
  Drawing,
  EngineModel as Engine,
  ExportHow,
  ExportPreset,
  ExportRequest,
  FigureModel as Figure,
  FolderModel as Folder,
  Formats,
  JobModel as Job,
  MaskKind,
  MaskSample,
  ModelFile,
  ModelFolder,
  DeletedVersion,
  DenoiseState as Denoise,
  PatchState,
  PhotoEntry,
  PlanModel as Plan,
  PresetModel as Preset,
  PullModel as Pull,
  LibraryModel as CatalogueState,
  Remarks,
  SnapshotModel as Snapshot,
  Description,
  Described,
  MaskField as Field,
  ThingModel as Thing,
  UnfitPhoto,
  WaitingPhoto,
  TurnModel as Turn,
  SuggestionModel as Suggestion,
} from './generated';

/** The document leaves the kinds of values open; the page knows them from the declarations. */
export type Photo = Omit<PhotoModel, 'settings'> & { settings: Settings };

/** What a person has chosen, see `shortcuts/bindings`. */
export interface Shortcuts {
  keyboard: 'us' | 'de' | 'es' | null;
  changed: Record<string, string[]>;
}

/** The server sends every field; the document marks those with a default as optional. */
export type Card = Required<CardStatus>;
/** The server sends every field. */
export type Proposal = Required<Omit<ProposalModel, 'settings' | 'steps'>> & {
  settings: Settings;
  steps: (Required<Omit<AskStep, 'rows'>> & { rows: Required<AskRow>[] })[];
};
export type Forecast = Required<ForecastModel>;
export type Task = Required<TaskModel>;

/** The event that tells of a mask that was looked for. */
export interface FoundMask {
  photo: string;
  asked: Record<string, unknown>;
  kind: Record<string, unknown>;
  used: string[];
}

/** The event that shows what a model draws at the moment, as a data URL. */
export interface PatchPreview {
  photo: string;
  picture: string;
}

/** The event that brings what a language model proposes. */
export interface Proposed {
  photo: string;
  proposal: Proposal;
}

/** The event that tells what a language model is doing at the moment, and what of its answer is there. */
export interface Doing {
  photo: string;
  request: string;
  stage: 'looking' | 'waiting' | 'reading' | 'thinking' | 'answering';
  says: string;
  pieces: number;
  thought: number;
  /** Of the plan, in words; not checked yet. */
  steps: string[];
  say: string;
  seconds: number;
}

/** The event that tells how far a plan is. */
export interface Carrying {
  photo: string;
  turn: string;
  steps: { says: string; state: 'waiting' | 'running' | 'done'; checks: string[] }[];
}

/** The event that tells of a patch that was made in the background. */
export interface MadePatch {
  photo: string;
  patch: Patch;
}

/** The event that tells of a new file in the folder, made while `photo` was looked at. */
export interface MadePicture {
  photo: string;
  picture: string;
  name: string;
}

export type PlanQuery = NonNullable<GetPlanData['query']>;
/** An engine that can be started and stopped. */
export type EngineName = StartEngineData['path']['name'];
