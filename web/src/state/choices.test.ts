import { describe, expect, it } from 'vitest';
import { asked, choices, chosen } from './choices';

describe('the choices of an export', () => {
  const first = choices.get();

  it('ask for nothing but the format at first', () => {
    expect(asked(first)).toMatchObject({ format: 'jpeg', size: null, hdr_headroom: 0, dpi: null });
  });

  it('write each rule of size', () => {
    const sized = { ...first, resize: true, size: 1200, second: 800 };
    expect(asked(sized)).toMatchObject({ size: 1200, resize: '' });
    expect(asked({ ...sized, rule: 'fit' })).toMatchObject({ size: null, resize: 'fit:1200x800' });
    expect(asked({ ...sized, rule: 'mp', size: 2.5 })).toMatchObject({ resize: 'mp:2.5' });
    expect(asked({ ...sized, resize: false, rule: 'fit' })).toMatchObject({ size: null, resize: '' });
  });

  it('come back from a preset', () => {
    const choice = { ...first, resize: true, rule: 'fit' as const, size: 900, second: 700, dpi: 300, watermark: 'me' };
    expect(chosen(asked(choice), first)).toEqual(choice);
    const long = { ...first, resize: true, size: 3000, sharpen: 'matte', gps: false, headroom: 1.5 };
    expect(chosen(asked(long), first)).toEqual(long);
  });
});
