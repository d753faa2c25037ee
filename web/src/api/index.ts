/** The server's routes. */
import { call } from './http';
import type { ExportRequest, Folder, Formats, Group, Job, Photo, PhotoEntry, Settings } from './types';

const photoPath = (id: string) => `/api/photos/${encodeURIComponent(id)}`;

export const getParameters = () => call<{ groups: Group[] }>('GET', '/api/parameters');
export const getFormats = () => call<Formats>('GET', '/api/formats');
export const getFolder = () => call<Folder>('GET', '/api/folder');
export const getPhoto = (id: string) => call<Photo>('GET', photoPath(id));
export const putSettings = (id: string, settings: Settings, label: string) =>
  call<Photo>('PUT', `${photoPath(id)}/settings`, { settings, label });
export const undo = (id: string) => call<Photo>('POST', `${photoPath(id)}/undo`);
export const redo = (id: string) => call<Photo>('POST', `${photoPath(id)}/redo`);
export const goTo = (id: string, index: number) => call<Photo>('POST', `${photoPath(id)}/history/${index}`);
export const pickWhite = (id: string, x: number, y: number) =>
  call<{ temperature: number; tint: number }>('POST', `${photoPath(id)}/white-balance`, { x, y });
export const paste = (settings: Settings, groups: string[] | null, photos: string[], label: string) =>
  call<{ photos: PhotoEntry[] }>('POST', '/api/paste', { settings, groups, photos, label });
export const startExport = (request: ExportRequest) => call<Job>('POST', '/api/exports', request);
export const getJobs = () => call<{ jobs: Job[] }>('GET', '/api/jobs');
export const cancelJob = (id: string) => call<unknown>('DELETE', `/api/jobs/${encodeURIComponent(id)}`);
export const previewUrl = (id: string) => `${photoPath(id)}/preview`;
export const thumbnailUrl = (id: string, version: string) =>
  `${photoPath(id)}/thumbnail?v=${encodeURIComponent(version)}`;
