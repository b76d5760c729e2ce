import { isMetadataName } from './address-rules.js';
import { FetchRefusal } from './fetch-refusal.js';

/** Longer ones carry data, and have no place in a request line. */
const MAX_URL_CHARACTERS = 8192;

/** The host as the resolver takes it: an IPv6 address without brackets, a name without the dot of the root. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/**
 * A URL that may be fetched as far as can be told without asking for its address. Whatever way an IPv4 address is written
 * (octal, hexadecimal, as one number, with fewer parts), here it becomes the usual one.
 *
 * @param ports to which connections are made
 * @param from where a redirect came from; its URL may be relative, and may not fall back from https to http
 * @throws FetchRefusal `url`, `address` for a metadata service, `redirect` for the fall back
 */
export function checkUrl(text: string, ports: readonly number[], from?: URL): URL {
  if (text.length > MAX_URL_CHARACTERS) {
    throw new FetchRefusal('url', `a URL is longer than ${MAX_URL_CHARACTERS} characters`);
  }
  if (!URL.canParse(text, from?.href)) throw new FetchRefusal('url', 'a URL is not valid');
  const url = new URL(text, from);
  const { protocol, username, password, hostname } = url;
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new FetchRefusal('url', 'only URLs of https and http are fetched');
  }
  if (username !== '' || password !== '') {
    throw new FetchRefusal('url', `the URL of the file at ${hostname} has a user name or password`);
  }
  const port = url.port === '' ? (protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (!ports.includes(port)) throw new FetchRefusal('url', `no files are fetched from port ${port} (${hostname})`);
  if (isMetadataName(hostOf(url))) throw notPublic(hostname);
  if (from?.protocol === 'https:' && protocol === 'http:') {
    throw new FetchRefusal('redirect', `the file at ${from.hostname} was not fetched: it redirects from https to http`);
  }
  return url;
}

/** The same words for a name that has no address: which names exist in a private network is nobody's business. */
export const notPublic = (hostname: string): FetchRefusal =>
  new FetchRefusal('address', `the file at ${hostname} was not fetched: the host has no public address`);
