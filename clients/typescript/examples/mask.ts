/** Selects the sky of the first photo of a folder and darkens it: node examples/mask.ts FOLDER [PROGRAM...] */
import { writeFile } from 'node:fs/promises';
import { Stillbytes } from '../src/index.ts';

const [folder = '.', ...program] = process.argv.slice(2);
const app = await Stillbytes.start(folder, program.length ? { program: program as [string, ...string[]] } : {});
try {
  const [photo] = await app.photos();
  if (!photo) throw new Error('There is no photo in that folder.');
  await app.mask(
    photo.id,
    { kind: 'sky' },
    { exposure: -0.8, dehaze: 20 },
    { onprogress: (job) => console.log(job.message) },
  );
  await writeFile('sky.jpg', await app.thumbnail(photo.id));
  const { message } = await app.export({ photos: [photo.id], format: 'jpeg' });
  console.log(message);
} finally {
  await app.close();
}
