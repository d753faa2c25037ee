import { RuleTester } from 'eslint';
import * as svelte from 'svelte-eslint-parser';
import ts from 'typescript-eslint';
import { describe, it } from 'vitest';
import { rawTexts } from './lint.ts';

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { parser: ts.parser as never } });
const components = new RuleTester({
  languageOptions: { parser: svelte as never, parserOptions: { parser: ts.parser } },
});
const errors = [{ messageId: 'raw' }];

tester.run('scripts', rawTexts, {
  valid: [
    "const says = t('Next photo');",
    "const says = plural(3, ['# photo', '# photos']);",
    "if (event.key === 'Enter' || keys.includes('Some key')) run('next-photo');",
    "type Group = 'Library' | 'Photos';",
    "const shortcut = { keys: ['Mod+Shift+Z', 'ArrowLeft'], group: 'Photos' };",
    "throw new Error('The page has no #app element.');",
    'const size = `${width}px 1fr auto`;',
    'const seconds = `${n} s`;',
  ],
  invalid: [
    { code: "const label = 'Next photo';", errors },
    { code: "tell(busy ? 'Looking…' : '');", errors },
    { code: "tell('part removed');", errors },
    { code: 'tell(`${n} photos`);', errors },
    { code: "const label = { label: 'Crop' };", errors },
  ],
});

components.run('components', rawTexts, {
  valid: [
    { filename: 'a.svelte', code: '<p class="One two">Next photo</p>' },
    { filename: 'a.svelte', code: '<button title="Next photo" aria-label="Next photo"></button>' },
    { filename: 'a.svelte', code: "<p>{t('Next photo')}</p>" },
  ],
  invalid: [
    { filename: 'a.svelte', code: "<p>{open ? 'Close it' : ''}</p>", errors },
    { filename: 'a.svelte', code: "<p title={open ? 'Close it' : ''}></p>", errors },
    { filename: 'a.svelte', code: '<Row hint="Next photo" />', errors },
  ],
});
