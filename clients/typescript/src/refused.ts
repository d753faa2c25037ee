/** The server said no: what happened and what to do about it, in words for a person. */
export class Refused extends Error {
  readonly remedy: string;
  readonly status: number;

  constructor(message: string, remedy = '', status = 0) {
    super(message);
    this.name = 'Refused';
    this.remedy = remedy;
    this.status = status;
  }
}

/** `fetch` that throws Refused where the server refuses, and TypeError where there is none. */
export const reach: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.ok) return response;
  const told = (await response.json().catch(() => ({}))) as { error?: { message?: string; remedy?: string } };
  const message = told.error?.message ?? `Stillbytes answered with status ${response.status}.`;
  throw new Refused(message, told.error?.remedy, response.status);
};
