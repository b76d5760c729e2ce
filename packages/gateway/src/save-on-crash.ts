import { toGatewayError } from '@claudette/core';

import type { Runtime } from './create-runtime.js';

/** Nothing that fails here may keep the rest from being saved. */
function tryTo(...steps: readonly (() => void)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch {
      // The process ends either way, and what it ends because of has been logged.
    }
  }
}

/**
 * For the last moment of a process that nobody can rely on any more: logs why it ends (without secrets, where the error
 * came from at `debug` only), commits what the ledger took, and writes all lines, before it returns. Nothing can be asked
 * of the runtime afterwards.
 */
export function saveOnCrash(
  { logger, decisions, ledger }: Pick<Runtime, 'logger' | 'decisions' | 'ledger'>,
  thrown: unknown,
): void {
  const { code, detail } = toGatewayError(thrown);
  tryTo(
    () => logger.error({ error: code, reason: detail }, 'the process ends because of an error that nobody handled'),
    () => logger.debug({ err: thrown }, 'where that error came from'),
    () => decisions.close(),
    () => ledger.close(),
    () => logger.close(),
  );
}
