import { Resolver } from 'node:dns/promises';

import type { CallSignal } from '@claudette/core';

/** Finds all addresses of a host name; none where it has none, or nobody knows. Ends when the signal aborts. */
export type ResolveHost = (host: string, signal: CallSignal) => Promise<readonly string[]>;

const nowhere = (): readonly string[] => [];

/**
 * Asks the name servers themselves. The system's resolver is not used because it keeps one of the few threads that files
 * need too for as long as a name server likes.
 *
 * @param servers addresses of name servers. @default those of the system
 */
export const createResolveHost =
  (servers?: readonly string[]): ResolveHost =>
  async (host, signal) => {
    const resolver = new Resolver();
    if (servers !== undefined) resolver.setServers(servers);
    const cancel = (): void => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const found = await Promise.all([resolver.resolve4(host).catch(nowhere), resolver.resolve6(host).catch(nowhere)]);
      return found.flat();
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
