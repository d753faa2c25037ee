/**
 * Which texts of the page are exchanged for the person's language, and where from.
 *
 * In components: what stands in markup, and the attributes that people read. In scripts: what stands in `t(...)` and
 * `plural(...)`; so 'Escape' can be compared with and is never translated. The language is known before anything else is
 * loaded and stays until the page is loaded anew, so nothing here is reactive.
 */
import { adapter as svelte } from '@wuchale/svelte';
import type { Adapter, CodePattern, HeuristicFunc } from 'wuchale';
import { getDefaultLoaderPath, parseScript, Transformer } from 'wuchale/adapter-vanilla';
import { READ } from './read.ts';
import { store } from './store.ts';

const LEFT_ALONE: ReadonlySet<string> = new Set(['script', 'style', 'code', 'pre', 'kbd', 'path']);
const NAMES = /^(Esc|F\d+|Stillbytes|RAM|RGB)$/;

export const read: HeuristicFunc = ({ msgStr, details }) => {
  const { scope, element, attribute, call } = details;
  const words = msgStr.some((text) => /\p{L}{2}/u.test(text) && !NAMES.test(text));
  if (!words) return false;
  if (scope === 'script' && call === 't') return 'message';
  if (attribute) return READ.has(attribute) ? 'message' : false;
  return scope === 'markup' && !LEFT_ALONE.has(element ?? '') ? 'message' : false;
};

const PATTERNS: CodePattern[] = [{ name: 'plural', args: ['other', 'message'] }];
const components = svelte({
  patterns: PATTERNS,
  heuristic: read,
  runtime: {
    initReactive: ({ funcName }) => ((funcName ?? null) === null ? false : null),
    useReactive: false,
    plain: { wrapInit: (made) => made, wrapUse: (used) => used },
    reactive: { wrapInit: (made) => made, wrapUse: (used) => used },
  },
});

/** A script of its own, whose tables have texts too. */
class Script extends Transformer {
  override transform = () => {
    const [tree, comments] = parseScript(this.content);
    this.comments = comments;
    const found = this.visit(tree);
    const start = this.getRealBodyStart(tree.body) ?? 0;
    if (found.length) this.mstr.appendRight(start, this.initRuntime() ?? '');
    return this.finalize(found, start);
  };

  override visitClassDeclaration: Transformer['visitClassDeclaration'] = (node) =>
    node.body.body.flatMap((part) => {
      if (part.type === 'StaticBlock') return part.body.flatMap(this.visit);
      if (part.type !== 'MethodDefinition') return part.value ? this.visit(part.value) : [];
      return part.value.body ? this.visitFunctionBody(part.value.body, '') : [];
    });

  visitTSNonNullExpression = (node: { expression: Parameters<Transformer['visit']>[0] }) => this.visit(node.expression);
}

const loader = getDefaultLoaderPath('vite', false);

export const adapter: Adapter = {
  ...components,
  files: {
    include: ['src/**/*.svelte', 'src/**/*.ts'],
    ignore: ['src/**/*.test.ts', 'src/**/*.testing.ts', 'src/api/generated/**', 'src/texts/*.ts'],
  },
  storage: store,
  loaderExts: ['.js'],
  defaultLoaderPath: typeof loader === 'string' ? loader : (loader?.client ?? null),
  async transform(given) {
    if (given.filename.endsWith('.svelte')) return components.transform(given);
    const { content, filename, index, expr, matchUrl } = given;
    const made = new Script(content, filename, index, read, PATTERNS, expr, components.runtime, matchUrl);
    return made.transform();
  },
};
