import { join } from 'node:path';

/** The file behind a store URL: `sqlite:` is the default file in the data directory; undefined is memory only. */
export function storePath(url: string, dataDirectory: string, defaultFile: string): string | undefined {
  if (url === 'memory:') return undefined;
  const path = url.slice('sqlite:'.length);
  return path === '' ? join(dataDirectory, defaultFile) : path;
}
