import { expect, test } from 'vitest';
import { jpegUrl } from './data-url';

const BYTES = Uint8Array.from({ length: 100_003 }, (_, at) => (at * 7919) % 256);

function held(url: string): number[] {
  const [head, text] = url.split(',');
  expect(head).toBe('data:image/jpeg;base64');
  return Array.from(atob(text ?? ''), (letter) => letter.charCodeAt(0));
}

test('the address holds every byte', () => {
  expect(held(jpegUrl(BYTES))).toEqual([...BYTES]);
});

test('browsers that have no function for it get the same', () => {
  const bytes = BYTES.slice();
  Object.defineProperty(bytes, 'toBase64', { value: undefined });
  expect(held(jpegUrl(bytes))).toEqual([...BYTES]);
});
