/** What the server says, as the page uses it. */
import type { Settings } from '../develop/parameter';

export type { Group, Parameter, Settings, Value } from '../develop/parameter';

export interface PhotoEntry {
  id: string;
  name: string;
  kind: string;
  edited: boolean;
  width: number | null;
  height: number | null;
}

export interface Folder {
  path: string;
  name: string;
  /** The photo to show first. */
  first?: string | null;
  photos: PhotoEntry[];
}

export interface HistoryEntry {
  index: number;
  label: string;
  at: string;
}

export interface Photo {
  id: string;
  name: string;
  kind: string;
  frame: { width: number; height: number };
  developed: { width: number; height: number };
  as_shot: { temperature: number; tint: number };
  white_balance: { temperature: number; tint: number };
  settings: Settings;
  /** What is wrong with the sidecar; empty when nothing. */
  problem?: string;
  metadata: Record<string, unknown>;
  history: { position: number; entries: HistoryEntry[]; can_undo: boolean; can_redo: boolean };
}

export interface ExportFormat {
  name: string;
  label: string;
  extension: string;
  bits: number;
  lossy: boolean;
  minimum: number;
  maximum: number;
}

export interface Formats {
  formats: ExportFormat[];
  spaces: { name: string; label: string }[];
}

export interface ExportRequest {
  photos: string[];
  format: string;
  quality: number;
  size: number | null;
  space: string;
  gps: boolean;
  folder: string | null;
  suffix: string;
}

export interface Job {
  id: string;
  label: string;
  state: string;
  done: number;
  total: number;
  message: string;
  remedy: string;
}
