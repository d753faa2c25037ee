/**
 * Draws something into a photo with ComfyUI, shows how far it is, and fetches what was made. Ctrl+C cancels it:
 * node examples/fill.ts FOLDER PROMPT [PROGRAM...]
 */
import { writeFile } from 'node:fs/promises';
import { Stillbytes, routes } from '../src/index.ts';

const [folder = '.', prompt = 'a red boat', ...program] = process.argv.slice(2);
const app = await Stillbytes.start(folder, program.length ? { program: program as [string, ...string[]] } : {});
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
try {
  const [photo] = await app.photos();
  if (!photo) throw new Error('There is no photo in that folder.');
  const mask = { components: [{ kind: { kind: 'radial', centre: [0.5, 0.3], radius_x: 0.15, radius_y: 0.1 } }] };
  let previews = 0;
  const { patch, job } = await app.make(
    photo.id,
    'fill',
    { parameters: { prompt }, mask },
    {
      signal: stop.signal,
      onprogress: ({ done, total, message }) => console.log(`${done} of ${total} ${message}`),
      onpreview: () => previews++,
    },
  );
  console.log(job?.message, `after ${previews} previews`);
  const picture = await routes.getPatchThumbnail({
    ...{ client: app.client, throwOnError: true, parseAs: 'arrayBuffer' },
    path: { id: photo.id, patch: String(patch?.['id']) },
  });
  await writeFile('made.jpg', Buffer.from(picture.data as ArrayBuffer));
} finally {
  await app.close();
}
