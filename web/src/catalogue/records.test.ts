import { expect, test } from 'vitest';
import { Records } from './records';

function record(number: number, state: number, jpeg: number[]): number[] {
  const head = new DataView(new ArrayBuffer(16));
  head.setBigUint64(0, BigInt(number), true);
  head.setUint8(8, state);
  head.setUint32(12, jpeg.length, true);
  return [...new Uint8Array(head.buffer), ...jpeg];
}

test.each([1, 3, 16, 1000])('records are found whole in pieces of %i bytes', (piece) => {
  const bytes = new Uint8Array([...record(7, 1, [1, 2, 3]), ...record(4_000_000_000, 0, [9]), ...record(8, 2, [])]);
  const records = new Records();
  const found = [];
  for (let at = 0; at < bytes.length; at += piece) found.push(...records.push(bytes.slice(at, at + piece)));
  expect(found.map(({ number, state, jpeg }) => [number, state, [...jpeg]])).toEqual([
    [7, 'provisional', [1, 2, 3]],
    [4_000_000_000, 'final', [9]],
    [8, 'none', []],
  ]);
});
