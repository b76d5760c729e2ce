import { GatewayError } from '@claudette/core';

/** What the codes mean whose messages name the user. */
const MEANINGS: Readonly<Record<string, string>> = {
  '28P01': 'it refuses the password',
  '28000': 'it refuses the user',
  '3D000': 'it has no such database',
};

/**
 * The URL of a store.
 *
 * @throws GatewayError `configuration_invalid` that repeats nothing of it: what is no URL may have a password anywhere
 */
export function parseStoreUrl(url: string): URL {
  if (URL.canParse(url)) return new URL(url);
  throw new GatewayError(
    'configuration_invalid',
    'the URL of the cache store cannot be read; check that special characters in its password are encoded',
  );
}

/** An error for a store that cannot be opened: it says where the store is and why, but neither the user nor the password. */
export function createStoreError(url: URL, thrown: unknown): GatewayError {
  return new GatewayError(
    'configuration_invalid',
    `the cache store ${url.protocol}//${url.host}${url.pathname} cannot be opened: ${reasonOf(url, thrown)}; ` +
      'check that it runs and is reachable there, and the user and password of its URL',
  );
}

const reasonOf = ({ username, password, searchParams }: URL, thrown: unknown): string => {
  const { code = '', message = '' } = thrown as { readonly code?: string; readonly message?: string };
  const reason = MEANINGS[code] ?? (message || code);
  const secrets = [username, password].map(decodeURIComponent);
  secrets.push(searchParams.get('user') ?? '', searchParams.get('password') ?? '');
  return secrets.some((secret) => secret !== '' && reason.includes(secret)) ? code || 'it refuses the user' : reason;
};
