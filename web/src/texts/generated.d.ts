/** Made when the page is built; importing it tells the texts' runtime where they lie. */
declare module '*/generated/main.loader.js';
