import { isIP } from 'node:net';

import { GatewayError } from '@claudette/core';

/** Names that nobody can register, so that no web page can make them lead here. */
const privateName = /^[^.]+$|\.(localhost|internal)$/;

const hostName = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[|\]$/g, '');

const isPrivateHost = (host: string): boolean => isIP(hostName(host)) !== 0 || privateName.test(hostName(host));

const isSameOrigin = (origin: string, host: string): boolean =>
  origin.replace(/^https?:\/\//, '') === host.toLowerCase();

/**
 * Open mode asks nobody who they are, because only programs on this machine reach it. A browser on this machine reaches
 * it too, on behalf of any web page: by a name that the page's owner made lead here, or by requests that need no leave.
 * @param origins the pages that may
 * @returns a check that throws GatewayError `forbidden`
 */
export function createPageCheck(
  origins: readonly string[],
): (headers: { readonly host?: string | undefined; readonly origin?: string | undefined }) => void {
  let known: string | undefined;
  return ({ host, origin }) => {
    if (host !== undefined && host !== known) {
      if (!isPrivateHost(host)) {
        throw new GatewayError(
          'forbidden',
          'in open mode this server is called by localhost or an address; other names need auth.mode "keys"',
        );
      }
      known = host;
    }
    if (origin !== undefined && !isSameOrigin(origin, host ?? '') && !origins.includes(origin)) {
      throw new GatewayError(
        'forbidden',
        'in open mode web pages may not call this server, unless server.corsOrigins names theirs',
      );
    }
  };
}
