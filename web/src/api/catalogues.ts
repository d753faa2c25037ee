/** The routes for catalogues of Lightroom's, as verbs. They throw Refused when the server says no. */
import * as sdk from './generated';
import { told } from './http';
import type { Job } from './types';

export type CatalogueReport = sdk.CatalogueReport;
export type CatalogueRoot = sdk.CatalogueRoot;
export type CatalogueStates = sdk.CatalogueStates;
export type MovedFolder = sdk.MovedFolder;

const loud = { throwOnError: true } as const;

export const lookAtCatalogue = (path: string, moved: MovedFolder[]): Promise<sdk.CatalogueLook> =>
  told(sdk.lookAtCatalogue({ ...loud, body: { path, moved } }));
export const getCatalogue = (id: string): Promise<CatalogueReport> => told(sdk.getCatalogue({ ...loud, path: { id } }));
export const importCatalogue = (id: string, replace: boolean): Promise<Job> =>
  told(sdk.importCatalogue({ ...loud, path: { id }, body: { replace } }));
export const tableUrl = (id: string) => `/api/imports/catalogues/${id}/report.csv`;
