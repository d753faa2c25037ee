/** What a patch was made with, in words. */
import type { Patch } from '../develop/parameter';
import { t } from '../texts';

/** Model, seed of the variant that is shown, and words; empty for what was made without a model. */
export function toldOf({ recipe, chosen }: Patch): string {
  const { model, seeds, task } = recipe as { model?: unknown; seeds?: unknown; task?: unknown };
  if (typeof model !== 'string' || !model) return '';
  const seed: unknown = Array.isArray(seeds) ? seeds[chosen] : undefined;
  const prompt = task && typeof task === 'object' && 'prompt' in task ? task.prompt : '';
  const made = typeof seed === 'number' ? t(`Made with ${model}, seed ${seed}`) : t(`Made with ${model}`);
  return typeof prompt === 'string' && prompt ? `${made}: “${prompt}”.` : `${made}.`;
}
