/** `npm run generate` makes the routes and types anew from the server's OpenAPI document. */
export default {
  input: '../../web/openapi.json',
  output: { path: 'src/generated', module: { extension: '.ts' } },
  plugins: ['@hey-api/typescript', '@hey-api/client-fetch', '@hey-api/sdk'],
};
