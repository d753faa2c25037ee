/**
 * Has ComfyUI run a workflow of your own through Stillbytes' queue, where it waits its turn for the card beside the
 * language model: lays the graph (ComfyUI's "Export (API)" with a "stillbytes" key, docs/workflows.md) into Stillbytes'
 * home, and does it as a task: node examples/comfyui.ts FOLDER GRAPH.json PARAMETERS [PROGRAM...]
 */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Stillbytes, routes } from '../src/index.ts';

const [folder = '.', graph = 'graph.json', parameters = '{}', ...program] = process.argv.slice(2);
const home = process.env['STILLBYTES_HOME'];
if (!home) throw new Error('Say in STILLBYTES_HOME where Stillbytes keeps its things.');
await mkdir(join(home, 'workflows'), { recursive: true });
await copyFile(graph, join(home, 'workflows', basename(graph)));
const { name } = (JSON.parse(await readFile(graph, 'utf8')) as { stillbytes: { name: string } }).stillbytes;

const app = await Stillbytes.start(folder, program.length ? { program: program as [string, ...string[]] } : {});
try {
  const { tasks, problems } = (await routes.listTasks({ client: app.client, throwOnError: true })).data;
  if (!tasks.some((task) => task.name === name)) throw new Error(problems?.[0]?.message ?? `${name} is no task.`);
  const [photo] = await app.photos();
  if (!photo) throw new Error('There is no photo in that folder.');
  const { job } = await app.make(
    photo.id,
    name,
    {
      parameters: JSON.parse(parameters) as Record<string, unknown>,
      mask: { components: [{ kind: { kind: 'radial', centre: [0.5, 0.3], radius_x: 0.1, radius_y: 0.1 } }] },
    },
    { onprogress: ({ message }) => console.log(message) },
  );
  console.log(job?.message);
} finally {
  await app.close();
}
