import { defineConfig } from '@hey-api/openapi-ts';

/** `npm run api` makes the typed client anew from the server's OpenAPI document, web/openapi.json. */
export default defineConfig({
  input: './openapi.json',
  output: { path: 'src/api/generated', module: { extension: '' } },
  plugins: ['@hey-api/typescript', '@hey-api/client-fetch', '@hey-api/sdk'],
});
