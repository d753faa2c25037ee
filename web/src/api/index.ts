/** The server's routes, as verbs. They throw Refused when it says no and TypeError when it cannot be reached. */
import * as sdk from './generated';
import type { ApplyRequest, PatchRequest } from './generated';
import { told } from './http';
import type {
  Card,
  Engine,
  EngineName,
  ExportRequest,
  Folder,
  Forecast,
  Formats,
  Group,
  Job,
  MaskKind,
  ModelFile,
  Parameter,
  PatchState,
  Photo,
  PhotoEntry,
  Plan,
  Proposal,
  PlanQuery,
  Pull,
  Settings,
  UnfitPhoto,
} from './types';

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
export const getMaskKinds = async (): Promise<MaskKind[]> => (await told(sdk.listMaskKinds(loud))).kinds;
export const findMask = (id: string, kind: Record<string, unknown>) =>
  told(sdk.findMask({ ...of(id), body: { kind } }));
export const pickMaskColour = async (id: string, x: number, y: number): Promise<readonly number[]> =>
  (await told(sdk.pickMaskColour({ ...of(id), body: { x, y } }))).colour;
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
export const pickWhite = (id: string, x: number, y: number) =>
  told(sdk.pickWhiteBalance({ ...of(id), body: { x, y } }));
export const paste = (
  settings: Settings,
  groups: string[] | null,
  photos: string[],
  label: string,
): Promise<{ photos: PhotoEntry[]; unfit: UnfitPhoto[] }> =>
  told(sdk.paste({ ...loud, body: { settings: asBody(settings), groups, photos, label } }));
export const getTasks = () => told(sdk.listTasks(loud));
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

const photoPath = (id: string) => `/api/photos/${encodeURIComponent(id)}`;
export const previewUrl = (id: string) => `${photoPath(id)}/preview`;
export const thumbnailUrl = (id: string, version: string) =>
  `${photoPath(id)}/thumbnail?v=${encodeURIComponent(version)}`;
export const thingUrl = (id: string, index: number) => `${photoPath(id)}/masks/things/${index}/thumbnail`;
export const patchUrl = (id: string, patch: string, variant: number | null, version: string) =>
  `${photoPath(id)}/patches/${encodeURIComponent(patch)}/thumbnail?v=${version}${variant === null ? '' : `&variant=${variant}`}`;
export const maskUrl = (id: string, adjustment: string, format: 'png' | 'tiff', bits: 8 | 16) =>
  `${photoPath(id)}/masks/${encodeURIComponent(adjustment)}/picture?format=${format}&bits=${bits}`;
