import { describe, expect, test } from 'vitest';
import type { AiModel } from '../api/types';
import { catalogue, doings, sought } from './catalogue';

const model = (id: string, more: Partial<AiModel> = {}): AiModel => ({
  id,
  family: id,
  title: id,
  kind: 'language',
  engine: 'llama',
  tasks: ['chat'],
  precision: 'Q4_K_M',
  quality: 3,
  size: 5e9,
  estimated: false,
  installed: false,
  places: [],
  licence: 'MIT',
  licence_url: '',
  paid: true,
  needs: [],
  ...more,
});

describe('the catalogue', () => {
  test('has one family for all precisions of a model, named without them', () => {
    const both = ['Q8_0', 'Q4_K_M'].map((precision) =>
      model(`small-${precision}`, { family: 'small', title: `Small 8B ${precision}`, precision }),
    );
    const [area] = catalogue(both);
    expect(area?.families.map(({ title, models }) => [title, models.length])).toEqual([['Small 8B', 2]]);
  });

  test('has the best families first, and areas only where there is something', () => {
    const areas = catalogue([
      model('plain'),
      model('best', { quality: 5 }),
      model('scissors', { kind: 'segmenter', tasks: ['subject'] }),
    ]);
    expect(areas.map((a) => [a.label, a.families.map((f) => f.name)])).toEqual([
      ['Language models', ['best', 'plain']],
      ['Selection', ['scissors']],
    ]);
  });

  test('shows what a person added by itself, beside the family that it belongs to', () => {
    const models = [
      model('sdxl-base', { kind: 'diffusion', family: 'sdxl' }),
      model('mine', { kind: 'diffusion', family: 'sdxl', licence: 'unknown: yours' }),
      model('mine-too', { kind: 'diffusion', family: 'sdxl', licence: 'unknown: yours' }),
    ];
    expect(catalogue(models).flatMap((a) => a.families.map((f) => f.name))).toEqual(['sdxl', 'mine', 'mine-too']);
  });

  test('has a place for every kind that is declared', () => {
    const kinds =
      'language vision-language diffusion text-encoder image-encoder vae controlnet adapter lora upscaler segmenter remover depth embedder';
    const models = kinds.split(' ').map((kind) => model(kind, { kind }));
    expect(catalogue(models).flatMap((a) => a.families)).toHaveLength(models.length);
  });
});

test('models are found by all of the words, in name, task or licence', () => {
  const models = [
    model('qwen3-8b-q4', { title: 'Qwen3 8B' }),
    model('qwen3-vl-8b-q4', { title: 'Qwen3-VL 8B', tasks: ['chat', 'see'], installed: true }),
  ];
  const ids = (text: string, here = false) => sought(models, text, here).map((m) => m.id);
  expect(ids('8b QWEN3')).toHaveLength(2);
  expect(ids('qwen3 sees')).toEqual(['qwen3-vl-8b-q4']);
  expect(ids('mit', true)).toEqual(['qwen3-vl-8b-q4']);
  expect(ids('llama')).toEqual([]);
});

test('tasks are told as what a model does', () => {
  expect(doings(['chat', 'see'])).toBe('answers, sees pictures');
});
