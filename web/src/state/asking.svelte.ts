/** The command line over the picture: a request in words, what is proposed, and how much of it is taken. */
import * as api from '../api';
import type { Job, Parameter, Proposal, Proposed, Settings } from '../api/types';
import { completions } from '../asking/completion';
import { type Amounts, type Declared, type Line, linesOf, taken } from '../asking/proposal';
import { Refused } from '../transport/refused';
import type { Editor } from './editor.svelte';
import { finished } from './jobs.svelte';

export interface AskingLinks {
  /** What adjustments may change. */
  local: () => readonly Parameter[];
  onjob: (job: Job) => void;
  /** It was asked to see before and after. */
  oncompare: () => void;
  onclose: () => void;
  onfailed: (error: unknown) => void;
}

export class Asking {
  text = $state('');
  proposal = $state.raw<Proposal | null>(null);
  /** How much of a row is taken; those switched off keep theirs. */
  amounts = $state.raw<Amounts>({});
  off = $state.raw<ReadonlySet<string>>(new Set());
  /** The picture is shown as it was. */
  before = $state(false);
  busy = $state(false);
  /** The language model's, while it is waited for. */
  job = $state.raw<Job | null>(null);
  problem = $state.raw<{ message: string; remedy: string } | null>(null);

  lines = $derived.by<Line[]>(() => (this.proposal ? linesOf(this.proposal, this.declared) : []));
  completions = $derived.by<string[]>(() =>
    this.proposal?.request === this.text.trim() ? [] : completions(this.text, this.labels),
  );
  /** Whether Enter applies what is shown; else it asks. */
  ready = $derived(this.proposal?.understood === true && this.proposal.request === this.text.trim());

  private labels = $derived.by<string[]>(() =>
    this.editor.panel.flatMap((group) => group.parameters.filter((p) => p.kind === 'number').map((p) => p.label)),
  );
  private settings: Settings | null = null;
  private latest = 0;

  constructor(
    private readonly editor: Editor,
    private readonly links: AskingLinks,
  ) {}

  private readonly declared: Declared = (name, local) =>
    local ? this.links.local().find((p) => p.name === name) : this.editor.byName.get(name);

  /** Answers whether there is a photo to ask about. */
  open(): boolean {
    this.editor.flush();
    this.text = '';
    this.forget();
    return this.editor.photo !== null && this.editor.opening === null;
  }

  /** Enter: asks for what is typed, or applies what is shown of it. */
  async enter(): Promise<void> {
    if (this.ready) await this.apply();
    else await this.ask();
  }

  async ask(): Promise<void> {
    const request = this.text.trim();
    const id = this.editor.photo?.id;
    if (!request || !id || this.busy) return;
    this.drop();
    this.forget();
    this.busy = true;
    const number = ++this.latest;
    try {
      const { proposal, job } = await this.editor.queue.add(() => api.ask(id, request));
      if (number !== this.latest) {
        if (job) void api.cancelJob(job.id).catch(() => undefined);
        return;
      }
      if (proposal) this.show(proposal);
      else if (job && this.busy) {
        this.job = job;
        this.links.onjob(job);
      }
    } catch (error) {
      if (number === this.latest) this.fail(error);
    }
  }

  /** The event of a language model's answer, which may be there before the job that makes it is known. */
  proposed({ photo, proposal }: Proposed): void {
    const awaited = this.busy && photo === this.editor.photo?.id && proposal.request === this.text.trim();
    if (awaited) this.show(proposal);
  }

  /** A job went on. */
  worked(job: Job): void {
    if (job.id !== this.job?.id) return;
    this.job = job;
    if (!finished(job) || job.state === 'done') return;
    this.forget();
    this.problem =
      job.state === 'failed'
        ? { message: job.message || 'The language model did not answer.', remedy: job.remedy }
        : { message: 'Stopped.', remedy: '' };
  }

  switch(line: Line, on: boolean): void {
    const off = new Set(this.off);
    for (const key of line.rows) {
      if (on) off.delete(key);
      else off.add(key);
    }
    this.off = off;
    this.preview(false);
  }

  /** amount: 0..1.5. */
  take(line: Line, amount: number, input: number | null = null, draft = true): void {
    this.amounts = { ...this.amounts, [line.key]: amount };
    this.preview(draft, input);
  }

  rest(): void {
    this.preview(false);
  }

  look(before: boolean): void {
    this.before = before;
    this.preview(false);
  }

  async apply(): Promise<void> {
    const { proposal } = this;
    if (!proposal?.understood || this.busy) return;
    this.busy = true;
    const { request, base, steps } = proposal;
    const compare = steps.some((step) => step.tool === 'compare');
    await this.editor.follow(async (id) => {
      const { photo, job } = await api.applyAsk(id, { request, base, steps, amounts: this.effective });
      if (job) this.links.onjob(job);
      return photo ?? api.getPhoto(id);
    });
    this.settings = null;
    this.forget();
    this.links.onclose();
    if (compare) this.links.oncompare();
  }

  /** The command line is gone: the picture is as it was, and nobody waits for an answer. */
  close(): void {
    this.latest++;
    if (this.job) void api.cancelJob(this.job.id).catch(() => undefined);
    this.drop();
    this.forget();
  }

  private get effective(): Record<string, number> {
    return { ...this.amounts, ...Object.fromEntries([...this.off].map((key) => [key, 0])) };
  }

  private show(proposal: Proposal): void {
    this.forget();
    this.proposal = proposal;
    // The server may have tidied it.
    this.text = proposal.request;
    if (!proposal.understood) return;
    this.settings = this.editor.settings;
    this.preview(false);
  }

  private preview(draft: boolean, input: number | null = null): void {
    const { proposal, settings } = this;
    if (!proposal || !settings) return;
    this.editor.preview(this.before ? settings : taken(proposal, this.effective, this.declared), input, draft);
  }

  /** The picture without what was proposed. */
  private drop(): void {
    const { settings } = this;
    this.settings = null;
    if (!settings) return;
    this.editor.preview(settings, null, false);
    // What other programs did meanwhile was held back.
    void this.editor.refresh().catch((error: unknown) => this.links.onfailed(error));
  }

  private forget(): void {
    this.proposal = null;
    this.amounts = {};
    this.off = new Set();
    this.before = false;
    this.busy = false;
    this.job = null;
    this.problem = null;
  }

  private fail(error: unknown): void {
    this.forget();
    if (error instanceof Refused && error.status !== 401 && error.status !== 403) {
      this.problem = { message: error.message, remedy: error.remedy };
    } else this.links.onfailed(error);
  }
}
