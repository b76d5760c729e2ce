import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

const set = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

/** Where the platform keeps a user's configuration of Claudette. */
export const configDirectory = (environment: Environment, platform: NodeJS.Platform = process.platform): string =>
  platform === 'win32'
    ? join(set(environment['APPDATA']) ?? join(homedir(), 'AppData', 'Roaming'), 'claudette')
    : join(set(environment['XDG_CONFIG_HOME']) ?? join(set(environment['HOME']) ?? homedir(), '.config'), 'claudette');

/** Where the platform keeps a user's data of Claudette: cache and ledger. */
export const dataDirectory = (environment: Environment, platform: NodeJS.Platform = process.platform): string => {
  if (platform === 'win32') {
    return join(set(environment['LOCALAPPDATA']) ?? join(homedir(), 'AppData', 'Local'), 'claudette');
  }
  const home = set(environment['HOME']) ?? homedir();
  const usual = platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.local', 'share');
  return join(set(environment['XDG_DATA_HOME']) ?? usual, 'claudette');
};
