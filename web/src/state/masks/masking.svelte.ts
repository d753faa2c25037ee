/** The masking tool: which mask is worked on, what is drawn into it, how it is shown. */
import * as api from '../../api';
import type { Adjustment, MaskKind, Parameter, Thing } from '../../api/types';
import { middle, withShape } from '../../masks/handles';
import { withSample } from '../../masks/sampling';
import { styleAfter } from '../../masks/styles';
import {
  SIGNS,
  type Combine,
  type Component,
  type Kind,
  type Point,
  type Stroke,
  componentsOf,
  freeName,
  newId,
  pending,
  plain,
  withComponent,
  withComponents,
} from '../../masks/tree';
import type { Overlay } from '../../transport/live';
import type { DeltaValue } from '../../develop/parameter';
import type { Editor } from '../editor.svelte';
import { Finds } from './finds.svelte';
import { MaskList } from './mask-list.svelte';
import { Pointing } from './pointing.svelte';
import { t } from '../../texts';

/** Kinds that a pointer on the picture draws or chooses. */
const DRAWN: ReadonlySet<string> = new Set(['brush', 'linear', 'radial', 'lasso', 'object', 'person']);
/** Ranges that a click on the picture sets, and what is said of that. */
const SAMPLED: Record<string, string> = {
  colour: t('Colour picked'),
  luminance: t('Luminance picked'),
  depth: t('Depth picked'),
};

export interface MaskingLinks {
  /** The overlay changed: the picture is to be shown anew. */
  onshow: () => void;
  onfailed: (error: unknown) => void;
}

export class Masking {
  active = $state(false);
  kinds = $state.raw<MaskKind[]>([]);
  models = $state.raw<Record<string, string>>({});
  local = $state.raw<Parameter[]>([]);
  chosen = $state<string | null>(null);
  part = $state(0);
  overlay = $state(true);
  style = $state<Overlay['style']>('red');
  /** Of the next stroke. */
  brush = $state<Omit<Stroke, 'trail'>>({
    size: 0.03,
    hardness: 50,
    flow: 100,
    density: 100,
    erase: false,
    auto_mask: false,
  });

  readonly list = new MaskList(this);
  readonly searches: Finds;
  readonly pointing: Pointing;
  adjustments = $derived.by<Adjustment[]>(() => (this.editor.settings.adjustments as Adjustment[] | undefined) ?? []);
  current = $derived(this.adjustments.find((a) => a.id === this.chosen) ?? null);
  components = $derived<Component[]>(this.current ? componentsOf(this.current) : []);
  component = $derived<Component | null>(this.components[this.part] ?? null);
  byName = $derived(new Map(this.kinds.map((k) => [k.name, k])));
  finds = $derived(new Set(this.kinds.filter((k) => k.group === 'found').map((k) => k.name)));
  /** Whether a click on the picture sets the range that is worked on. */
  samples = $derived(
    this.component !== null &&
      this.component.kind.kind in SAMPLED &&
      (this.component.kind.kind !== 'depth' || Boolean(this.component.kind.raster)),
  );
  /** What a pointer on the picture draws. */
  tool = $derived(
    this.active && this.component && (this.samples || DRAWN.has(this.component.kind.kind))
      ? this.component.kind.kind
      : null,
  );
  shown = $derived<Overlay | null>(
    this.active && this.overlay && this.current
      ? { adjustment: this.current.id, component: null, style: this.style }
      : null,
  );

  constructor(
    private readonly editor: Editor,
    private readonly links: MaskingLinks,
  ) {
    this.searches = new Finds(this, links.onfailed);
    this.pointing = new Pointing(links.onfailed);
  }

  get photo(): string | null {
    return this.editor.photo?.id ?? null;
  }

  async load(): Promise<void> {
    if (this.kinds.length === 0) ({ kinds: this.kinds, models: this.models } = await api.getMaskKinds());
  }

  toggle(): void {
    this.active = !this.active && this.editor.photo !== null;
    if (this.active) void this.load().catch((error: unknown) => this.links.onfailed(error));
    if (!this.current) this.chosen = this.adjustments[0]?.id ?? null;
    this.links.onshow();
  }

  choose(id: string | null, part = 0): void {
    this.chosen = id;
    this.part = part;
    this.links.onshow();
  }

  waits(adjustment: Adjustment): boolean {
    return pending(adjustment, this.finds);
  }

  looking(adjustment: Adjustment): boolean {
    return this.searches.looking(this.photo, adjustment.id);
  }

  /** A new mask of this kind; given: what it holds. */
  add(name: string, given: Kind = { kind: name }): void {
    const kind = this.byName.get(name);
    if (!kind || !this.editor.photo) return;
    const adjustment: Adjustment = {
      id: newId(),
      name: freeName(kind.label, this.adjustments),
      mask: { components: [{ kind: given }] },
      delta: {},
      amount: 1,
      enabled: true,
    };
    this.put([...this.adjustments, adjustment], t(`Add ${adjustment.name}`));
    this.overlay = true;
    this.choose(adjustment.id);
    this.begin(adjustment.id, 0, given);
  }

  /** Another component in the mask that is worked on. */
  join(name: string, combine: Combine, given: Kind = { kind: name }): void {
    const { current } = this;
    if (!current || !this.byName.has(name)) return;
    const components: Component[] = [...this.components, { kind: given, combine }];
    this.set(withComponents(current, components), `${current.name} ${SIGNS[combine]} ${this.byName.get(name)?.label}`);
    this.overlay = true;
    this.choose(current.id, components.length - 1);
    this.begin(current.id, components.length - 1, given);
  }

  /** A mask from a file: a new one, or a part that is joined to this one. */
  async takeIn(file: File, combine: Combine | null): Promise<void> {
    const { photo } = this;
    if (!photo) return;
    try {
      const kind = (await api.importMask(photo, file)) as Kind;
      if (photo !== this.photo) return;
      if (combine) this.join(kind.kind, combine, kind);
      else this.add(kind.kind, kind);
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  /** Looks for what needs no further word: a sky, a subject. */
  private begin(adjustment: string, component: number, kind: Kind): void {
    if (this.finds.has(kind.kind) && kind.kind !== 'object') this.find(adjustment, component, kind);
  }

  find(adjustment: string, component: number, kind: Kind): void {
    if (this.photo) this.searches.find(this.photo, adjustment, component, kind);
  }

  /** The component that is worked on means something else, which is looked for. */
  seek(kind: Kind, label: string): void {
    const { current, component } = this;
    if (!current || !component) return;
    this.reshape({ ...component, kind }, false, label);
    this.find(current.id, this.part, kind);
  }

  /** What was pointed at: a person by number, anything else by its box. */
  take(thing: Thing): void {
    const { component } = this;
    const kind = component?.kind.kind;
    if (component && kind === 'person' && thing.person >= 0)
      this.seek({ ...plain(component.kind), index: thing.person }, t('Person chosen'));
    else if (kind === 'object') this.seek({ kind, box: thing.box }, t('Object chosen'));
  }

  /** Changes the component that is worked on; draft while the hand moves. */
  reshape(component: Component, draft: boolean, label = ''): void {
    const { current } = this;
    if (!current) return;
    const changed = withComponent(current, this.part, component);
    if (draft) this.preview(changed);
    else this.set(changed, label || `${current.name}: ${this.byName.get(component.kind.kind)?.label ?? 'mask'}`);
  }

  /** A gradient in the middle of the photo, for who has no pointer. */
  place(form: 'linear' | 'radial'): void {
    const { component, editor } = this;
    const { width, height } = editor.frame;
    const long = Math.max(width, height);
    if (!component) return;
    this.reshape({ ...component, kind: withShape(component.kind, middle(form, width / long, height / long)) }, false);
  }

  /** A slider of the adjustment moved: the overlay would hide what it does. */
  tune(p: Parameter, value: DeltaValue | null, input: number | null): void {
    const { current } = this;
    if (!current) return;
    const { [p.name]: _, ...rest } = current.delta;
    this.overlay = false;
    this.preview({ ...current, delta: value === 0 || value === null ? rest : { ...rest, [p.name]: value } }, input);
  }

  weigh(amount: number, input: number | null): void {
    if (!this.current) return;
    this.overlay = false;
    this.preview({ ...this.current, amount }, input);
  }

  /** The hand rests; soon: it may go on, as with a row of key presses. */
  rest(label: string, soon = false): void {
    if (!this.current) return;
    const told = `${this.current.name}: ${label}`;
    if (soon) this.editor.commitLater(told);
    else this.editor.commit(told);
  }

  /** The next way to show the mask. */
  nextStyle(): void {
    this.style = styleAfter(this.style);
    this.overlay = true;
    this.links.onshow();
  }

  toggleOverlay(): void {
    this.overlay = !this.overlay;
    this.links.onshow();
  }

  resizeBrush(by: number): void {
    this.brush.size = Math.min(0.5, Math.max(0.001, this.brush.size * by));
  }

  hardenBrush(by: number): void {
    this.brush.hardness = Math.min(100, Math.max(0, this.brush.hardness + by));
  }

  /** A closed line is the lasso that is worked on. */
  outline(corners: readonly Point[]): void {
    const { component } = this;
    if (component?.kind.kind !== 'lasso') return;
    const points = corners.map(({ x, y }) => [x, y]);
    this.reshape({ ...component, kind: { kind: 'lasso', points } }, false, t('Outline drawn'));
  }

  /** What is at this place of the picture is in the range: its colour, what is as bright, or as far away. */
  async sample(at: Point): Promise<void> {
    const { photo, chosen, part } = this;
    const beside = Math.min(at.x, at.y) < 0 || Math.max(at.x, at.y) > 1;
    if (!photo || !this.samples || beside) return;
    const raster = this.component?.kind.raster;
    try {
      const found = await api.sampleForMask(photo, at, typeof raster === 'string' ? raster : '');
      const { component } = this;
      if (!component || !this.samples || this.photo !== photo || this.chosen !== chosen || this.part !== part) return;
      const { kind } = component;
      this.reshape({ ...component, kind: withSample(kind, found) }, false, SAMPLED[kind.kind]);
    } catch (error) {
      this.links.onfailed(error);
    }
  }

  private preview(adjustment: Adjustment, input: number | null = null): void {
    const adjustments = this.adjustments.map((a) => (a.id === adjustment.id ? adjustment : a));
    this.editor.preview({ ...this.editor.settings, adjustments }, input, true);
  }

  set(adjustment: Adjustment, label: string): void {
    this.put(
      this.adjustments.map((a) => (a.id === adjustment.id ? adjustment : a)),
      label,
    );
  }

  put(adjustments: Adjustment[], label: string): void {
    const { adjustments: _, ...rest } = this.editor.settings;
    this.editor.preview(adjustments.length ? { ...rest, adjustments } : rest, null, false);
    this.editor.commit(label);
  }
}
