import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A user's home of its own, with a configuration file where Claudette looks for it. Whoever made it removes it. */
export interface Home {
  readonly folder: string;
  /** What a process needs to take it for its home; nothing else of the real environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Replaces the user's configuration. */
  configure(config: Readonly<Record<string, unknown>>): void;
  /** Writes a file into the home and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  remove(): void;
}

export function createHome(config: Readonly<Record<string, unknown>> = {}): Home {
  const folder = mkdtempSync(join(tmpdir(), 'claudette-cli-'));
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const configure = (tree: Readonly<Record<string, unknown>>): void => {
    write('config/claudette/config.json', JSON.stringify(tree));
  };
  mkdirSync(join(folder, 'config/claudette'), { recursive: true });
  configure(config);
  return {
    folder,
    environment: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      XDG_CONFIG_HOME: join(folder, 'config'),
      XDG_DATA_HOME: join(folder, 'data'),
    },
    configure,
    write,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A configuration whose only backend is the fake provider, without retries. */
export const configFor = (url: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  backends: { lab: { provider: 'openai-compatible', baseUrl: `${url}/v1`, models: ['m'] } },
  routing: { maxAttempts: 1 },
  ...more,
});
