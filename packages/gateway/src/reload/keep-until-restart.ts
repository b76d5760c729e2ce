import { checkConfig } from '../config/check-config.js';
import { compareConfigs } from '../config/list-values.js';
import type { Config } from '../config/schema.js';

/** What is read once, when the process starts. */
const sectionsReadOnce = ['server', 'ledger', 'logging'] as const;

/** What of it is read for every configuration all the same. */
const readAgainOfServer = ['drainTimeoutMs', 'totalMs', 'readinessDelayMs'] as const;
const readAgain: ReadonlySet<string> = new Set(readAgainOfServer.map((key) => `server.${key}`));

/** Whether a key, e.g. `server.port`, takes effect with the next start of the process only. */
export const isReadOnce = (path: string): boolean =>
  !readAgain.has(path) && sectionsReadOnce.some((section) => path === section || path.startsWith(`${section}.`));

/** What a new configuration comes to while the process runs. */
export interface Adopted {
  /** The new one, with what the running one has of all that is read once. */
  readonly config: Config;
  /** What is different from now on. */
  readonly changed: readonly string[];
  /** What waits for a restart. */
  readonly restartNeeded: readonly string[];
}

/**
 * Leaves in place what cannot change before a restart, and checks what that makes: gateway keys may be given up for
 * `server.host` 127.0.0.1, but not while the server still listens elsewhere.
 * @throws GatewayError `configuration_invalid`
 */
export function keepUntilRestart(running: Config, wanted: Config): Adopted {
  const paths = compareConfigs(running, wanted).map(({ path }) => path);
  const kept = Object.fromEntries(sectionsReadOnce.map((section) => [section, running[section]]));
  const server = Object.fromEntries(readAgainOfServer.map((key) => [key, wanted.server[key]]));
  const tree = { ...wanted, ...kept, server: { ...running.server, ...server } };
  return {
    config: checkConfig(tree, 'as long as the process is not restarted'),
    changed: paths.filter((path) => !isReadOnce(path)),
    restartNeeded: paths.filter(isReadOnce),
  };
}
