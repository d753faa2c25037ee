import { loadLocale } from 'wuchale/load-utils';
import { language } from './texts/language';
import './tokens.css';
import './base.css';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no #app element.');
// The words first: the tables of the page are made when it is loaded.
await import('./texts/generated/main.loader.js');
await loadLocale(language);
document.documentElement.lang = language;
const [{ mount }, { default: App }] = await Promise.all([import('svelte'), import('./App.svelte')]);
mount(App, { target });
