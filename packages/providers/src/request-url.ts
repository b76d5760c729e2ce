import type { Provider } from './provider.js';

/**
 * Where a request goes: the backend's base URL, the provider's prefix and the dialect's path. A version part that two of
 * them carry counts once, so that a base URL works with and without it.
 */
export const requestUrl = (provider: Pick<Provider, 'pathPrefix'>, baseUrl: string, codecRequestPath: string): string =>
  [provider.pathPrefix, codecRequestPath].reduce(join, baseUrl.replace(/\/+$/, ''));

const version = '/v1';

const join = (base: string, path: string): string =>
  base.endsWith(version) && `${path}/`.startsWith(`${version}/`) ? base + path.slice(version.length) : base + path;
