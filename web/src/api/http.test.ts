import { afterEach, expect, test, vi } from 'vitest';
import { call } from './http';

const answer = (status: number, body: unknown) =>
  vi.stubGlobal('fetch', async () => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }));

afterEach(() => void vi.unstubAllGlobals());

test('a refusal has the words and the remedy of the server', async () => {
  answer(422, { error: { message: 'Exposure cannot be 9.', remedy: 'Use a number from -5 to 5.' } });
  await expect(call('GET', '/api/folder')).rejects.toMatchObject({
    name: 'Refused',
    message: 'Exposure cannot be 9.',
    remedy: 'Use a number from -5 to 5.',
    status: 422,
  });
});

test('a page that is no longer welcome is told what to do', async () => {
  answer(401, 'no');
  await expect(call('GET', '/api/folder')).rejects.toMatchObject({ status: 401, remedy: /address/ });
});

test('an answer that is not JSON is a refusal too', async () => {
  answer(500, '<html>');
  await expect(call('GET', '/api/folder')).rejects.toMatchObject({ message: 'Stillbytes answered with status 500.' });
});

test('a server that cannot be reached is not a refusal', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('Failed to fetch');
  });
  await expect(call('GET', '/api/folder')).rejects.toBeInstanceOf(TypeError);
});
