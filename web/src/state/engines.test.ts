import { describe, expect, it } from 'vitest';
import { fileSize, gigabytes } from './engines.svelte';

describe('sizes', () => {
  it('tells memory in binary gigabytes', () => {
    expect(gigabytes(12288)).toBe('12.0 GB');
    expect(gigabytes(640.4)).toBe('640 MB');
  });
  it('tells files in decimal ones, and whether that is exact', () => {
    expect(fileSize(98_362_432)).toBe('98 MB');
    expect(fileSize(5_030_000_000, true)).toBe('~5.03 GB');
    expect(fileSize(11_900_000_000)).toBe('11.9 GB');
  });
});
