/** The models as a person looks for them: by what they do, then by family, each family in its precisions. */
import type { AiModel } from '../api/types';
import { t } from '../texts';

export interface Family {
  name: string;
  title: string;
  /** In the order of their declaration: the most exact precision first. */
  models: AiModel[];
  tasks: string[];
  quality: number;
}

export interface Area {
  label: string;
  families: Family[];
}

const AREAS: { label: string; kinds: string[] }[] = [
  { label: t('Language models'), kinds: ['language', 'vision-language'] },
  { label: t('Image models'), kinds: ['diffusion'] },
  { label: t('Selection'), kinds: ['segmenter'] },
  { label: t('Removal'), kinds: ['remover'] },
  { label: t('Enlarging'), kinds: ['upscaler'] },
  { label: t('Noise'), kinds: ['denoiser'] },
  { label: t('Depth'), kinds: ['depth'] },
  { label: t('Finding photos'), kinds: ['embedder'] },
  { label: t('Additions to image models'), kinds: ['lora', 'controlnet', 'adapter'] },
  { label: t('Parts that image models need'), kinds: ['text-encoder', 'image-encoder', 'vae'] },
];

const WORDS: Record<string, string> = {
  chat: t('answers'),
  see: t('sees pictures'),
  create: t('creates'),
  fill: t('fills'),
  edit: t('edits'),
  remove: t('removes'),
  restyle: t('restyles'),
  upscale: t('enlarges'),
  subject: t('finds the subject'),
  object: t('finds what is pointed at'),
  words: t('finds what is named'),
  sky: t('finds the sky'),
  person: t('finds people'),
  parts: t('tells the parts of people'),
  landscape: t('tells the parts of landscapes'),
  depth: t('tells depth'),
  meaning: t('finds photos by what is meant'),
};

/** What models can do, as one reads it. */
export function doings(tasks: string[]): string {
  return tasks.map((task) => WORDS[task] ?? task).join(', ');
}

/** The name without the precision that some titles end in. */
function titleOf(model: AiModel): string {
  return model.title.endsWith(` ${model.precision}`) ? model.title.slice(0, -model.precision.length - 1) : model.title;
}

/** Whether the person brought it, so that nobody else knows its licence. */
export function brought(model: AiModel): boolean {
  return model.licence === 'unknown: yours';
}

function families(models: AiModel[]): Family[] {
  const found = new Map<string, AiModel[]>();
  for (const model of models) {
    const name = brought(model) ? model.id : model.family; // each of these stands by itself
    found.set(name, [...(found.get(name) ?? []), model]);
  }
  return [...found].map(([name, of]) => {
    const first = of[0] as AiModel;
    return {
      name,
      title: titleOf(first),
      models: of,
      tasks: first.tasks,
      quality: Math.max(...of.map((m) => m.quality)),
    };
  });
}

/** All areas that have something to show, the best families first. */
export function catalogue(models: AiModel[]): Area[] {
  return AREAS.map(({ label, kinds }) => ({
    label,
    families: families(models.filter((m) => kinds.includes(m.kind))).sort((a, b) => b.quality - a.quality),
  })).filter((area) => area.families.length > 0);
}

/** Those that fit what was typed: every word in name, tasks or licence. */
export function sought(models: AiModel[], text: string, here: boolean): AiModel[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((m) => {
    const all = `${m.title} ${m.id} ${m.tasks.join(' ')} ${doings(m.tasks)} ${m.licence}`.toLowerCase();
    return (!here || m.installed) && words.every((word) => all.includes(word));
  });
}
