import { describe, expect, test } from 'vitest';
import { amount, basis, basisInShort, fileSize, gigabytes } from './words';

describe('sizes', () => {
  test('of memory are told in binary gigabytes', () => {
    expect(gigabytes(12288)).toBe('12.0 GB');
    expect(gigabytes(640.4)).toBe('640 MB');
  });

  test('of files in decimal ones, and whether that is exact', () => {
    expect(fileSize(98_362_432)).toBe('98 MB');
    expect(fileSize(41_200)).toBe('42 kB');
    expect(fileSize(5_030_000_000, true)).toBe('~5.03 GB');
    expect(fileSize(11_900_000_000)).toBe('11.9 GB');
  });
});

describe('figures', () => {
  const speed = { value: 56.6, unit: 'tokens/s', basis: 'estimate', spread: 0.274 };

  test('have unit, basis and spread', () => {
    expect([amount(speed), basis(speed), basisInShort(speed)]).toEqual(['57 tokens/s', 'estimate, ± 27 %', 'est.']);
    const memory = { value: 10150.7, unit: 'MiB', basis: 'measured here', spread: 0 };
    expect([amount(memory), basis(memory), basisInShort(memory)]).toEqual(['9.9 GB', 'measured here', 'meas.']);
    const seconds = { value: 1.94, unit: 's', basis: 'published (a model card)', spread: 0.1 };
    expect([amount(seconds), basisInShort(seconds)]).toEqual(['1.9 s', 'publ.']);
  });

  test('that nobody knows are no zero', () => {
    expect([amount(null), basis(null)]).toEqual(['unknown', '']);
  });
});
