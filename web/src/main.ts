import { loadLocale } from 'wuchale/load-utils';
import { followed } from './state/second/told';
import { language } from './texts/language';
import './tokens.css';
import './base.css';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no #app element.');
// The words first: the tables of the page are made when it is loaded.
await import('./texts/generated/main.loader.js');
await loadLocale(language);
document.documentElement.lang = language;
const page = followed() === null ? import('./App.svelte') : import('./components/second/SecondWindow.svelte');
const [{ mount }, { default: Page }] = await Promise.all([import('svelte'), page]);
mount(Page, { target });
