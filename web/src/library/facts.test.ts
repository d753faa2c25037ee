import { expect, test } from 'vitest';
import { exposureFacts, exposureTime, gear } from './facts';

test('exposure times are written as on a camera', () => {
  expect([0.004, 1 / 60, 0.5, 2.5, 30].map(exposureTime)).toEqual(['1/250 s', '1/60 s', '0.5 s', '2.5 s', '30 s']);
});

test('facts that are not known are left out', () => {
  expect(exposureFacts({ iso: 400, focal_length: 35.0, aperture: 2.8, exposure_time: 0.004 })).toEqual([
    'ISO 400',
    '35 mm',
    'f/2.8',
    '1/250 s',
  ]);
  expect(exposureFacts({ iso: null, aperture: 0 })).toEqual([]);
});

test("a camera's maker is named once", () => {
  expect(gear({ make: 'Canon', model: 'Canon EOS R5', lens: 'RF 50mm' })).toEqual(['Canon EOS R5', 'RF 50mm']);
  expect(gear({ make: 'NIKON CORPORATION', model: 'Z 6' })).toEqual(['NIKON Z 6']);
  expect(gear({})).toEqual([]);
});
