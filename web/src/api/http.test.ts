import { afterEach, expect, test, vi } from 'vitest';
import { getFolder, putSettings } from '.';

const answer = (status: number, body: unknown) =>
  vi.stubGlobal('fetch', async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }));

afterEach(() => void vi.unstubAllGlobals());

test('a refusal has the words and the remedy of the server', async () => {
  answer(422, { error: { message: 'Exposure cannot be 9.', remedy: 'Use a number from -5 to 5.' } });
  await expect(putSettings('a', { exposure: 9 }, 'Exposure +9.00')).rejects.toMatchObject({
    name: 'Refused',
    message: 'Exposure cannot be 9.',
    remedy: 'Use a number from -5 to 5.',
    status: 422,
  });
});

test('a page that is no longer welcome is told what to do', async () => {
  answer(401, 'no');
  await expect(getFolder()).rejects.toMatchObject({ status: 401, remedy: expect.stringContaining('address') });
});

test('an answer that is not JSON is a refusal too', async () => {
  answer(500, '<html>');
  await expect(getFolder()).rejects.toMatchObject({ message: 'Stillbytes answered with status 500.' });
});

test('a server that cannot be reached is not a refusal', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  await expect(getFolder()).rejects.toBeInstanceOf(TypeError);
});

test('an answer arrives as it was sent', async () => {
  const folder = { path: '/photos', name: 'photos', photos: [] };
  vi.stubGlobal(
    'fetch',
    async () => new Response(JSON.stringify(folder), { headers: { 'content-type': 'application/json' } }),
  );
  await expect(getFolder()).resolves.toEqual(folder);
});
