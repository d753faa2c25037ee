import { defineConfig } from '@hey-api/openapi-ts';

/** The typed client is made anew from the server's OpenAPI document before whatever reads it is built or checked. */
export default defineConfig({
  input: './openapi.json',
  output: { path: 'src/api/generated', module: { extension: '' } },
  plugins: ['@hey-api/typescript', '@hey-api/client-fetch', '@hey-api/sdk'],
});
