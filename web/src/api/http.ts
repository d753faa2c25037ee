/** How the generated client reaches the server: a refusal becomes `Refused`, in the server's own words. */
import { Refused } from '../transport/refused';
import { client } from './generated/client.gen';
import { t } from '../texts';
import { language } from '../texts/language';

interface Problem {
  error?: { message?: string; remedy?: string };
}

/** Throws Refused when the server says no, TypeError when it cannot be reached. */
export async function reach(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  // What a person changed last is sent even when the page is closed at once.
  const response = await fetch(request.method === 'PUT' ? new Request(request, { keepalive: true }) : request);
  if (!response.ok) throw await refusal(response);
  return response;
}

async function refusal(response: Response): Promise<Refused> {
  if (response.status === 401 || response.status === 403) {
    const remedy = t('Open the address that Stillbytes printed when it started.');
    return new Refused(t('This page is no longer allowed to talk to Stillbytes.'), remedy, response.status);
  }
  let problem: Problem = {};
  try {
    problem = (await response.json()) as Problem;
  } catch {
    // Not JSON: the status says enough.
  }
  const message = problem.error?.message ?? t(`Stillbytes answered with status ${response.status}.`);
  return new Refused(message, problem.error?.remedy ?? '', response.status);
}

client.setConfig({
  baseUrl: location.origin,
  credentials: 'same-origin',
  headers: { 'Accept-Language': language },
  fetch: reach,
  throwOnError: true,
});

/** What the server answered; the generated functions wrap it. */
export async function told<T>(answer: Promise<{ data: T }>): Promise<T> {
  return (await answer).data;
}
