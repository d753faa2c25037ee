/** The routes for importing, as verbs. They throw Refused when the server says no. */
import * as sdk from './generated';
import { told } from './http';
import type { Job } from './types';

export type ImportState = sdk.ImportState;
export type ImportSource = sdk.ImportSource;
export type ImportShot = sdk.ImportShot;
export type ImportProblem = sdk.ImportProblem;
export type ImportPlan = sdk.ImportPlan;
export type ImportChoices = sdk.ImportChoices;
export type UnfinishedImport = sdk.UnfinishedImport;

const loud = { throwOnError: true } as const;

export const getImports = (): Promise<ImportState> => told(sdk.getImports(loud));
export const lookAt = (path: string): Promise<sdk.ImportLook> =>
  told(sdk.lookAtImportCard({ ...loud, body: { path } }));
export const getCard = (id: string): Promise<sdk.ImportCard> => told(sdk.getImportCard({ ...loud, path: { id } }));
export const planImport = (id: string, choices: ImportChoices): Promise<ImportPlan> =>
  told(sdk.planImport({ ...loud, path: { id }, body: { choices } }));
export const startImport = (id: string, choices: ImportChoices, shots: number[]): Promise<Job> =>
  told(sdk.startImport({ ...loud, path: { id }, body: { choices, shots } }));
export const resumeImport = (id: string): Promise<Job> => told(sdk.resumeImport({ ...loud, path: { id } }));
export const forgetImport = (id: string) => told(sdk.forgetImport({ ...loud, path: { id } }));
export const shotUrl = (id: string, place: number) => `/api/imports/cards/${id}/pictures/${place}`;
