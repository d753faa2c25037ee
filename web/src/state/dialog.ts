/** What may lie over the page, one at a time. */
export type Dialog =
  | 'ask'
  | 'catalogue'
  | 'collection'
  | 'commands'
  | 'copy'
  | 'engines'
  | 'export'
  | 'folder'
  | 'help'
  | 'import'
  | 'version'
  | null;
