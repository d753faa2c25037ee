/** One way to the server: JSON in, JSON out; a refusal becomes `Refused` with the server's own words. */
import { Refused } from '../transport/refused';

interface Problem {
  error?: { message?: string; remedy?: string };
  detail?: string | { msg?: string }[];
}

/** Throws Refused when the server says no, TypeError when it cannot be reached. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    // What a person changed last is sent even when the page is closed at once.
    keepalive: method === 'PUT',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  throw await refusal(response);
}

async function refusal(response: Response): Promise<Refused> {
  if (response.status === 401 || response.status === 403) {
    const remedy = 'Open the address that Stillbytes printed when it started.';
    return new Refused('This page is no longer allowed to talk to Stillbytes.', remedy, response.status);
  }
  let problem: Problem = {};
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // Not JSON: the status says enough.
  }
  const detail = typeof problem.detail === 'string' ? problem.detail : problem.detail?.[0]?.msg;
  const message = problem.error?.message ?? detail ?? `Stillbytes answered with status ${response.status}.`;
  return new Refused(message, problem.error?.remedy ?? '', response.status);
}
