/** Finds the texts of the page, and writes what of them the page loads in each language. */
import { readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { getConfig, Hub } from 'wuchale';
import type { Found } from './store.ts';

/** root: the folder that `web` is. */
export async function find(root: string): Promise<Found[]> {
  const config = await getConfig(resolve(root, 'wuchale.config.ts'));
  const found = resolve(root, config.localesDir, 'found.json');
  await rm(found, { force: true });
  const hub = await Hub.create('cli', () => config, root);
  await hub.directVisit(true, false, false);
  return JSON.parse(await readFile(found, 'utf-8')) as Found[];
}
