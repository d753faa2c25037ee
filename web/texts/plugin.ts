/** Exchanges the page's texts while it is built. They are found before, so that none is ever missing in English. */
import type { Plugin, ResolvedConfig } from 'vite';
import { wuchale } from 'wuchale/vite';
import { find } from './find.ts';

export function texts(): Plugin {
  const exchange = wuchale();
  let config: ResolvedConfig;
  return {
    name: 'texts',
    enforce: 'pre',
    configResolved(resolved) {
      config = resolved;
    },
    async buildStart() {
      await find(config.root);
      await exchange.configResolved(config);
    },
    transform: exchange.transform,
  };
}
