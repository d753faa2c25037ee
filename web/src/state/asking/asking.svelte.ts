/** The command line over the picture: a request in words, what is proposed, and how much of it is taken. */
import * as api from '../../api';
import type { Doing, Job, Parameter, Proposal, Proposed, Settings } from '../../api/types';
import { type Declared, type Line, linesOf, taken } from '../../asking/proposal';
import { Refused } from '../../transport/refused';
import { Afterwards, finish } from './afterwards';
import { Completing } from './completing.svelte';
import type { Editor } from '../editor.svelte';
import { Everywhere } from './everywhere.svelte';
import { Following } from './following.svelte';
import { finished } from '../jobs.svelte';
import { Portions } from './portions.svelte';
import { t } from '../../texts';

export interface AskingLinks {
  /** What adjustments may change. */
  local: () => readonly Parameter[];
  /** The job as it is known by now. */
  onjob: (job: Job) => Job;
  /** It was asked to see before and after. */
  oncompare: () => void;
  /** It was asked to export, in that format and size where either was said. */
  onexport: (format?: string, size?: number) => void;
  /** The photos that are selected, the open one among them. */
  selected: () => readonly string[];
  /** Whether the surface stays where something is done. */
  stays: () => boolean;
  /** Something was applied, or discarded. */
  onclose: () => void;
  onfailed: (error: unknown) => void;
}

export class Asking {
  text = $state('');
  proposal = $state.raw<Proposal | null>(null);
  readonly portions = new Portions();
  /** The picture is shown as it was. */
  before = $state(false);
  readonly everywhere: Everywhere;
  readonly completing: Completing;
  busy = $state(false);
  /** The language model's, while it is waited for. */
  job = $state.raw<Job | null>(null);
  /** What that is doing. */
  doing = $state.raw<Doing | null>(null);
  /** Of what is being done; "" for nothing. */
  turn = $state('');
  /** What is being done. */
  readonly plan = new Following();
  problem = $state.raw<{ message: string; remedy: string } | null>(null);

  lines = $derived.by<Line[]>(() => (this.proposal ? linesOf(this.proposal, this.declared) : []));
  completions = $derived.by<string[]>(() =>
    this.proposal?.request === this.text.trim() ? [] : this.completing.of(this.text),
  );
  /** The picture shows what is only proposed. */
  shown = $derived(this.proposal?.understood === true && this.lines.length > 0 && !this.busy);
  /** What was proposed is being done, step by step. */
  carrying = $derived(this.busy && this.plan.steps.length > 0);
  /** Whether Enter applies what is shown; else it asks. */
  ready = $derived(this.proposal?.understood === true && this.proposal.request === this.text.trim());

  private labels = $derived.by<string[]>(() =>
    this.editor.panel.flatMap((group) => group.parameters.filter((p) => p.kind === 'number').map((p) => p.label)),
  );
  private readonly afterwards = new Afterwards();
  private settings: Settings | null = null;
  private latest = 0;

  constructor(
    private readonly editor: Editor,
    private readonly links: AskingLinks,
  ) {
    this.completing = new Completing(editor, () => this.labels);
    this.everywhere = new Everywhere({ selected: links.selected, send: (apply) => editor.queue.add(apply) });
  }

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
    if (!request || this.busy) return;
    this.drop();
    this.forget();
    this.busy = true;
    const number = ++this.latest;
    try {
      const photo = await this.editor.arrived();
      if (number !== this.latest) return;
      if (!photo) return this.forget();
      const { proposal, job } = await this.editor.queue.add(() => api.ask(photo.id, request));
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

  /** The event that tells what the language model is doing. */
  told(doing: Doing): void {
    const awaited = this.busy && doing.photo === this.editor.photo?.id && doing.request === this.text.trim();
    if (awaited) this.doing = doing;
  }

  /** A job went on. */
  worked(job: Job): void {
    this.afterwards.worked(job);
    if (job.id !== this.job?.id) return;
    this.job = job;
    const applied = this.turn !== '';
    if (!finished(job) || (job.state === 'done' && !applied)) return;
    this.forget();
    if (applied && job.state !== 'failed') {
      this.text = '';
      if (job.state === 'done') return;
    }
    this.problem =
      job.state === 'failed'
        ? { message: job.message || t('The language model did not answer.'), remedy: job.remedy }
        : { message: t('Stopped.'), remedy: '' };
  }

  switch(line: Line, on: boolean): void {
    this.portions.switch(line, on);
    this.preview(false);
  }

  /** amount: 0..1.5. */
  take(line: Line, amount: number, input: number | null = null, draft = true): void {
    this.portions.take(line, amount);
    this.preview(draft, input);
  }

  look(before: boolean): void {
    this.before = before;
    this.preview(false);
  }

  async apply(): Promise<void> {
    const { proposal } = this;
    if (!proposal?.understood || this.busy) return;
    const { request, base, steps, turn } = proposal;
    const amounts = this.portions.effective;
    if (this.everywhere.meant) {
      if (this.everywhere.sure()) await this.applyToMany(proposal, amounts);
      return;
    }
    this.busy = true;
    let begun: Job | null = null;
    await this.editor.follow(async (id) => {
      const { photo, job } = await api.applyAsk(id, { request, base, steps, turn, amounts });
      begun = job ?? null;
      return photo ?? api.getPhoto(id);
    });
    this.settings = null;
    this.forget();
    const known = begun && this.wait(begun, turn, request);
    if (!known) this.text = '';
    this.links.onclose();
    const id = this.editor.photo?.id;
    const wanted = steps.filter((_, i) => amounts[`${i}`] !== 0);
    const rest = () => {
      if (id === this.editor.photo?.id) finish(wanted, this.links);
    };
    if (known) {
      this.afterwards.when(known, rest);
      this.worked(known); // it may have ended before the answer came
    } else rest();
  }

  private async applyToMany(proposal: Proposal, amounts: Record<string, number>): Promise<void> {
    this.drop();
    this.forget();
    this.text = '';
    this.links.onclose();
    try {
      this.links.onjob(await this.everywhere.apply(proposal, amounts));
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  /** What is applied takes a while: its steps are shown, and can be stopped. */
  private wait(job: Job, turn: string, request: string): Job {
    const known = this.links.onjob(job);
    if (this.links.stays()) {
      this.busy = true;
      this.job = known;
      this.turn = turn;
      this.plan.begin(turn);
      this.text = request;
    }
    return known;
  }

  /** Nothing is wanted any more: the picture is as it was, and nobody waits for an answer. */
  close(): void {
    this.leave();
    this.drop();
    this.forget();
  }

  /** And what was typed is gone too. */
  discard(): void {
    this.close();
    this.text = '';
  }

  /** Another photo is shown from now on; what is being done to this one goes on. */
  away(): void {
    this.leave(false);
    this.settings = null;
    this.forget();
    this.text = '';
  }

  /** Asks no longer, and tells that what is shown was not wanted. stop: what is being done too. */
  private leave(stop = true): void {
    this.latest++;
    const { job, proposal, shown } = this;
    const id = this.editor.photo?.id;
    if (job && (stop || !this.turn)) void api.cancelJob(job.id).catch(() => undefined);
    if (id && shown && proposal?.turn) void api.discardTurn(id, proposal.turn).catch(() => undefined);
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
    this.editor.preview(this.before ? settings : taken(proposal, this.portions.effective, this.declared), input, draft);
  }

  /** The picture without what was proposed. */
  private drop(): void {
    const { settings } = this;
    this.settings = null;
    if (settings) this.editor.preview(settings, null, false);
  }

  private forget(): void {
    this.proposal = null;
    this.portions.clear();
    this.before = false;
    this.everywhere.choose(false);
    this.busy = false;
    this.job = null;
    this.doing = null;
    this.plan.end();
    this.turn = '';
    this.problem = null;
  }

  private fail(error: unknown): void {
    this.forget();
    if (error instanceof Refused && error.status !== 401 && error.status !== 403) {
      this.problem = { message: error.message, remedy: error.remedy };
    } else this.links.onfailed(error);
  }
}
