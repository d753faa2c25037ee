/** Refuses texts that people would read in English whatever their language: they belong into `t(...)` or into markup. */
import type { Rule } from 'eslint';
import { READ } from './read.ts';

interface Node {
  type: string;
  parent?: Node;
  [field: string]: unknown;
}

const KEYS =
  /^(Alt|Arrow(Up|Down|Left|Right)|Backspace|BracketLeft|CapsLock|Control|Delete|End|Enter|Escape|Home|Meta|Mod|Page(Up|Down)|Plus|Semicolon|Shift|Space|Tab)$/;
const NAMES = /^(ComfyUI|Esc|Refused|Display P3|Stillbytes|llama\.cpp|Red|Yellow|Green|Blue|Purple)$/;
/** Calls whose texts are read by programs. */
const PROGRAMS =
  /^(t|plural|querySelector(All)?|closest|matches|getModifierState|add|has|includes|startsWith|endsWith)$/;
/** What a literal may be inside of without being shown. */
const INSIDE = new Set(['ImportDeclaration', 'ImportExpression', 'ThrowStatement', 'TSLiteralType', 'TSEnumMember']);

export const rawTexts: Rule.RuleModule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { raw: 'Put “{{ text }}” into t(...), so that it can be translated.' },
  },
  create(context) {
    const check = (text: string, node: Node) => {
      if (readable(text) && !unseen(node)) context.report({ node: node as never, messageId: 'raw', data: { text } });
    };
    const listener: Record<string, (node: Node) => void> = {
      Literal: (node) => typeof node.value === 'string' && check(node.value, node),
      TemplateLiteral: (node) => {
        const parts = node.quasis as { value: { cooked: string } }[];
        check(parts.map(({ value }) => value.cooked).join('#'), node);
      },
      SvelteLiteral: (node) => check(node.value as string, node),
    };
    return listener as Rule.RuleListener;
  },
};

/** A capital and more, several words, or three dots: no name of a class, a command or a field. */
export function readable(text: string): boolean {
  if (KEYS.test(text) || NAMES.test(text)) return false;
  if (/^[“#]?\s?\p{Lu}\p{Ll}[\p{L}’]*([ ,.:…?!].*|)$/u.test(text) || /\p{L}{2}…$/u.test(text)) return true;
  const words = text.match(/\p{Ll}{2,}/gu) ?? [];
  const several = words.length > 1 || words.some((word) => word.length > 3);
  return several && /^[\p{Ll}#’,.…?! ]+$/u.test(text) && text.trim().includes(' ');
}

function unseen(node: Node): boolean {
  const parent = node.parent;
  if (!parent) return false;
  if (parent.type === 'BinaryExpression' && /^([!=]==?|in)$/.test(parent.operator as string)) return true;
  if (parent.type === 'Property' && (parent.key as Node).name === 'group') return true;
  if (parent.type === 'SwitchCase' || (parent.type === 'MemberExpression' && parent.property === node)) return true;
  if ((parent.type === 'Property' || parent.type === 'PropertyDefinition') && parent.key === node) return true;
  for (let [inner, outer] = [node, parent as Node | undefined]; outer; [inner, outer] = [outer, outer.parent]) {
    if (INSIDE.has(outer.type)) return true;
    if (outer.type === 'CallExpression' && outer.callee !== inner && PROGRAMS.test(called(outer.callee as Node)))
      return true;
    if (outer.type === 'NewExpression' && /Error$|^URL/.test(called(outer.callee as Node))) return true;
    if (outer.type === 'SvelteAttribute') return node.type === 'SvelteLiteral' ? left(outer) : !READ.has(nameOf(outer));
    if (/^Svelte(StyleDirective|StyleElement|Directive)$/.test(outer.type)) return true;
    if (/Function|^Program$|^SvelteScriptElement$/.test(outer.type)) return false;
  }
  return false;
}

/** Attributes that people read are translated where they stand; others have no words. */
function left(attribute: Node): boolean {
  const name = nameOf(attribute);
  return (
    READ.has(name) || /^(class|style|d|points|transform|viewBox|aria-keyshortcuts|preserveAspectRatio|rel)$/.test(name)
  );
}

function nameOf(attribute: Node): string {
  return String((attribute.key as Node | undefined)?.name ?? '');
}

function called(callee: Node): string {
  if (callee.type === 'MemberExpression') return called(callee.property as Node);
  return callee.type === 'Identifier' ? String(callee.name) : '';
}
