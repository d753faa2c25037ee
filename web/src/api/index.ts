/** The server's routes, as verbs. They throw Refused when it says no and TypeError when it cannot be reached. */
import * as sdk from './generated';
import type { AppearanceChoice, ApplyRequest, PatchRequest } from './generated';
import { told } from './http';
import type {
  Card,
  Drawing,
  Engine,
  EngineName,
  ExportHow,
  ExportRequest,
  Folder,
  Forecast,
  Formats,
  Group,
  Job,
  ModelFile,
  Parameter,
  PatchState,
  Photo,
  PhotoEntry,
  Plan,
  Preset,
  Proposal,
  PlanQuery,
  Pull,
  Settings,
  Shortcuts,
  Task,
  UnfitPhoto,
} from './types';
import type { Language } from '../texts/languages';

const loud = { throwOnError: true } as const;
const of = (id: string) => ({ ...loud, path: { id } });
const asPhoto = (answer: Promise<{ data: unknown }>) => told(answer) as Promise<Photo>;
/** The document describes settings parameter by parameter; here they are a record. */
const asBody = (settings: Settings) => settings as sdk.Commit['settings'];

export const getParameters = () =>
  told(sdk.listParameters(loud)) as Promise<unknown> as Promise<{ groups: Group[]; local: Parameter[] }>;
export const getFormats = (): Promise<Formats> => told(sdk.listFormats(loud));
export const getFolder = (): Promise<Folder> => told(sdk.getFolder(loud));
export const getPhoto = (id: string) => asPhoto(sdk.getPhoto(of(id)));
export const putSettings = (id: string, settings: Settings, label: string) =>
  asPhoto(sdk.putSettings({ ...of(id), body: { settings: asBody(settings), label } }));
export const undo = (id: string) => asPhoto(sdk.undo(of(id)));
export const redo = (id: string) => asPhoto(sdk.redo(of(id)));
export const goTo = (id: string, index: number) => asPhoto(sdk.goToStep({ ...loud, path: { id, index } }));
export const faded = (id: string, index: number, amount: number) =>
  told(sdk.faded({ ...loud, path: { id, index }, query: { amount } })) as Promise<{ settings: Settings }>;
export const getVersions = (id: string) => told(sdk.listVersions(of(id)));
export const createVersion = (id: string): Promise<PhotoEntry> => told(sdk.createVersion({ ...of(id), body: {} }));
export const renameVersion = (id: string, name: string): Promise<PhotoEntry> =>
  told(sdk.renameVersion({ ...of(id), body: { name } }));
export const deleteVersion = (id: string) => told(sdk.deleteVersion(of(id)));
export const restoreVersion = (id: string, number: number): Promise<PhotoEntry> =>
  told(sdk.restoreVersion({ ...of(id), body: { number } }));
const shot = (id: string, snapshot: string) => ({ ...loud, path: { id, snapshot } });
export const takeSnapshot = (id: string, name: string) => asPhoto(sdk.takeSnapshot({ ...of(id), body: { name } }));
export const applySnapshot = (id: string, snapshot: string) => asPhoto(sdk.applySnapshot(shot(id, snapshot)));
export const changeSnapshot = (id: string, snapshot: string, body: { name?: string; update?: boolean }) =>
  asPhoto(sdk.changeSnapshot({ ...shot(id, snapshot), body }));
export interface DeletedSnapshot {
  /** What puts it back. */
  snapshot: sdk.KeptSnapshot;
  photo: Photo;
}
export const deleteSnapshot = (id: string, snapshot: string) =>
  told(sdk.deleteSnapshot(shot(id, snapshot))) as Promise<unknown> as Promise<DeletedSnapshot>;
export const putSnapshot = (id: string, snapshot: string, body: sdk.KeptSnapshot) =>
  asPhoto(sdk.putSnapshot({ ...shot(id, snapshot), body }));
export const getMaskKinds = () => told(sdk.listMaskKinds(loud));
export const findMask = (id: string, kind: Record<string, unknown>) =>
  told(sdk.findMask({ ...of(id), body: { kind } }));
export const sampleForMask = (id: string, { x, y }: { x: number; y: number }, raster: string) =>
  told(sdk.sampleForMask({ ...of(id), body: { x, y, raster } }));
export const importMask = async (id: string, file: Blob): Promise<Record<string, unknown>> =>
  (await told(sdk.importMask({ ...of(id), body: file }))).kind;
export const getWaitingMasks = async (photos: string[]) =>
  (await told(sdk.listWaitingMasks({ ...loud, body: { photos } }))).photos;
export const findWaitingMasks = (photos: string[]): Promise<Job | null> =>
  told(sdk.findWaitingMasks({ ...loud, body: { photos } }));
export const getThings = (id: string) => told(sdk.listThings(of(id)));
const asLines = ({ lines }: sdk.Outline) => lines.map((line) => line.map(([x, y]) => ({ x, y })));
export const getThingOutline = async (id: string, number: number) =>
  asLines(await told(sdk.getThingOutline({ ...loud, path: { id, number } })));
export const getOutlineUnder = async (id: string, { x, y }: { x: number; y: number }) =>
  asLines(await told(sdk.getOutlineUnder({ ...of(id), body: { x, y } })));
export const automatic = (id: string, names: string[]) => asPhoto(sdk.look({ ...of(id), body: { names } }));
export const getLens = (id: string, lens: string) => told(sdk.getLens({ ...of(id), query: { lens } }));
export const getDenoise = (id: string) => told(sdk.getDenoise(of(id)));
export const denoise = (id: string, model: string, again: boolean): Promise<Job> =>
  told(sdk.denoisePhoto({ ...of(id), body: { model, again } }));
export const findLenses = async (id: string, query: string) =>
  (await told(sdk.findLenses({ ...of(id), query: { query } }))).lenses;
export const straighten = (id: string, lines: [number, number, number, number][]) =>
  asPhoto(sdk.straighten({ ...of(id), body: { lines } }));
export const getPresets = async (): Promise<Preset[]> => (await told(sdk.listPresets(loud))).presets;
export const applyPreset = async (id: string, preset: string, amount: number, settings: Settings): Promise<Settings> =>
  (await told(sdk.applyPreset({ ...of(id), body: { preset, amount, settings: asBody(settings) } })))
    .settings as Settings;
export const savePreset = (name: string, photo: string): Promise<Preset> =>
  told(sdk.savePreset({ ...loud, body: { name, photo } }));
export const importPreset = (file: File): Promise<Preset> =>
  told(sdk.importPreset({ ...loud, query: { name: file.name }, body: file }));
export const removePreset = (preset: string): Promise<Preset> => told(sdk.removePreset({ ...loud, query: { preset } }));
export const getLuts = async () => (await told(sdk.listLuts(loud))).luts;
export const getCameraProfiles = (id: string) => told(sdk.listCameraProfiles(of(id)));
export const importCameraProfile = (file: File) =>
  told(sdk.importCameraProfile({ ...loud, query: { name: file.name }, body: file }));
export const importLut = (file: File) => told(sdk.importLut({ ...loud, query: { name: file.name }, body: file }));
export const pickWhite = (id: string, x: number, y: number) =>
  told(sdk.pickWhiteBalance({ ...of(id), body: { x, y } }));
export const target = async (id: string, { x, y }: { x: number; y: number }, names: string[]) =>
  (await told(sdk.target({ ...of(id), body: { x, y, names } }))).values;
export const paste = (
  settings: Settings,
  groups: string[] | null,
  photos: string[],
  label: string,
): Promise<{ photos: PhotoEntry[]; unfit: UnfitPhoto[] }> =>
  told(sdk.paste({ ...loud, body: { settings: asBody(settings), groups, photos, label } }));
export const chooseLanguage = (language: Language) => told(sdk.chooseLanguage({ ...loud, body: { language } }));
export const chooseAppearance = (appearance: AppearanceChoice['appearance']) =>
  told(sdk.chooseAppearance({ ...loud, body: { appearance } }));
export const getDevice = (): Promise<Drawing> => told(sdk.getDevice(loud));
export const chooseDevice = (device: Drawing['chosen']): Promise<Drawing> =>
  told(sdk.chooseDevice({ ...loud, body: { device } }));
export const getShortcuts = (): Promise<Shortcuts> => told(sdk.getShortcuts(loud)) as Promise<Shortcuts>;
export const keepShortcuts = (body: Shortcuts): Promise<Shortcuts> =>
  told(sdk.keepShortcuts({ ...loud, body })) as Promise<Shortcuts>;
export const getTasks = () =>
  told(sdk.listTasks(loud)) as Promise<{
    tasks: Task[];
    problems: { message: string; remedy: string }[];
    generated: boolean;
  }>;
export const switchGenerated = (generated: boolean) => told(sdk.switchGenerated({ ...loud, body: { generated } }));
export const makePatch = async (id: string, body: PatchRequest) => {
  const answer = await told(sdk.makePatch({ ...of(id), body }));
  return { patch: answer.patch ?? null, job: answer.job ?? null, photo: (answer.photo ?? null) as Photo | null };
};
export const forecastPatch = (id: string, body: PatchRequest): Promise<Forecast> =>
  told(sdk.forecastPatch({ ...of(id), body })) as Promise<Forecast>;
export const getPatches = async (id: string): Promise<PatchState[]> => (await told(sdk.listPatches(of(id)))).patches;
export const ask = async (id: string, request: string) => {
  const answer = await told(sdk.ask({ ...of(id), body: { request } }));
  return { proposal: (answer.proposal ?? null) as Proposal | null, job: answer.job ?? null };
};
export const applyAsk = async (id: string, body: ApplyRequest) => {
  const answer = await told(sdk.applyAsk({ ...of(id), body }));
  return { photo: (answer.photo ?? null) as Photo | null, job: answer.job ?? null };
};
export const startExport = (body: ExportRequest): Promise<Job> => told(sdk.startExport({ ...loud, body }));
export const getExportPresets = () => told(sdk.listExportPresets(loud));
export const keepExportPreset = (name: string, body: ExportHow) =>
  told(sdk.keepExportPreset({ ...loud, path: { name }, body }));
export const removeExportPreset = (name: string) => told(sdk.removeExportPreset({ ...loud, path: { name } }));
export const getJobs = (): Promise<{ jobs: Job[] }> => told(sdk.listJobs(loud));
export const cancelJob = (id: string) => told(sdk.cancelJob(of(id)));

export const getCard = () => told(sdk.getCard(loud)) as Promise<Card>;
export const freeCard = () => told(sdk.freeCard(loud)) as Promise<Card>;
export const getCards = () => told(sdk.listCards(loud));
export const getPlan = (query: PlanQuery): Promise<Plan> => told(sdk.getPlan({ ...loud, query }));
export const getEngines = (): Promise<{ engines: Engine[] }> => told(sdk.listEngines(loud));
export const startEngine = (name: EngineName, model: string | null) =>
  told(sdk.startEngine({ ...loud, path: { name }, body: { model } }));
export const stopEngine = (name: EngineName) => told(sdk.stopEngine({ ...loud, path: { name } }));
export const getEngineLog = (name: EngineName) => told(sdk.getEngineLog({ ...loud, path: { name } }));
export const getModels = () => told(sdk.listModels(loud));
export const getModelFiles = (id: string): Promise<{ files: ModelFile[] }> => told(sdk.listModelFiles(of(id)));
export const planPull = (id: string): Promise<Pull> => told(sdk.planPull(of(id)));
export const pullModel = (id: string): Promise<Job> => told(sdk.pullModel(of(id)));
export const verifyModel = (id: string): Promise<Job> => told(sdk.verifyModel(of(id)));
export const removeModel = (id: string) => told(sdk.removeModel(of(id)));

export const applyToMany = (body: sdk.BatchRequest): Promise<Job> => told(sdk.applyToMany({ ...loud, body }));
export const getChat = (id: string) => told(sdk.getChat(of(id)));
export const clearChat = (id: string) => told(sdk.clearChat(of(id)));
export const discardTurn = (id: string, turn: string) =>
  told(sdk.closeTurn({ ...loud, path: { id, turn }, body: { outcome: 'discarded' } }));
export const getCompletions = async (id: string, text: string) =>
  (await told(sdk.listCompletions({ ...of(id), query: { text } }))).completions;
export const getSuggestions = async (id: string) => (await told(sdk.listSuggestions(of(id)))).suggestions;

const photoPath = (id: string) => `/api/photos/${encodeURIComponent(id)}`;
export const previewUrl = (id: string) => `${photoPath(id)}/preview`;
export const thumbnailUrl = (id: string, version: string) =>
  `${photoPath(id)}/thumbnail?v=${encodeURIComponent(version)}`;
export const thingUrl = (id: string, index: number) => `${photoPath(id)}/masks/things/${index}/thumbnail`;
export const patchUrl = (id: string, patch: string, variant: number | null, version: string) =>
  `${photoPath(id)}/patches/${encodeURIComponent(patch)}/thumbnail?v=${version}${variant === null ? '' : `&variant=${variant}`}`;
export const maskUrl = (id: string, adjustment: string, format: 'png' | 'tiff', bits: 8 | 16) =>
  `${photoPath(id)}/masks/${encodeURIComponent(adjustment)}/picture?format=${format}&bits=${bits}`;
