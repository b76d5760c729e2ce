import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Environment } from '../environment-source.js';

/**
 * Whether there is a session bus, which leads to the Secret Service on Linux. Servers and containers have none, and
 * knowing that is much cheaper than asking.
 */
export function hasSessionBus(environment: Environment): boolean {
  if ((environment['DBUS_SESSION_BUS_ADDRESS'] ?? '') !== '') return true;
  const runtimeDirectory = environment['XDG_RUNTIME_DIR'] ?? '';
  return runtimeDirectory !== '' && existsSync(join(runtimeDirectory, 'bus'));
}
