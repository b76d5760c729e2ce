import { isIP } from 'node:net';

import { linkAbort, UpstreamError } from '@claudette/core';
import type { CallSignal, Clock, MediaFetchResult, Observe, TransportResponse } from '@claudette/core';

import { createAddressRules } from './address-rules.js';
import { checkUrl, hostOf, notPublic } from './check-url.js';
import { FetchRefusal } from './fetch-refusal.js';
import type { MediaType } from './media-types.js';
import { isOfType, parseContentType } from './media-types.js';
import { requestFile } from './request-file.js';
import type { ResolveHost } from './resolve-host.js';
import { createResolveHost } from './resolve-host.js';

export interface GuardedFetchOptions {
  readonly clock: Clock;
  /** Told how each fetch ended, as `media-fetch`. */
  readonly observe: Observe;
  /** The largest file, in bytes; compressed ones count as what they unpack to. */
  readonly maxBytes: number;
  /** Most milliseconds of one fetch, redirects included. */
  readonly timeoutMs: number;
  /** Most redirects of one fetch; each is checked like the URL itself. */
  readonly maxRedirects: number;
  /** The only ports that are connected to. */
  readonly ports: readonly number[];
  /** Private networks that may be reached all the same, as address and prefix length: `10.1.0.0/16`. @default none */
  readonly allow?: readonly string[];
  /** @default the system's name servers */
  readonly resolve?: ResolveHost;
  /** Certificates to trust instead of the system's, as PEM. */
  readonly ca?: string;
}

export interface FileWanted {
  /** Other types are refused, and so are bytes that are not of the type they are called. */
  readonly types: readonly MediaType[];
  /** Ends the fetch; its reason becomes the error. */
  readonly signal: CallSignal;
}

export interface FetchedFile {
  readonly mediaType: MediaType;
  readonly bytes: Buffer;
}

/**
 * Fetches a file from a URL that nobody vouches for. Rejects with a `FetchRefusal` (`translation_refused`) that names the
 * rule, or with the signal's reason.
 */
export type GuardedFetch = (url: string, wanted: FileWanted) => Promise<FetchedFile>;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Makes a fetch that reaches public addresses only. All addresses of a host are checked and the connection goes to one of
 * those, so that a name cannot mean one thing when it is checked and another when it is used. Keeps no connection, no
 * cookie and no timer beyond the fetch: there is nothing to close.
 *
 * @throws TypeError for an `allow` entry that is no network
 */
export function createGuardedFetch(options: GuardedFetchOptions): GuardedFetch {
  const { clock, observe, maxBytes, timeoutMs, maxRedirects, ports, ca } = options;
  const { isAllowed } = createAddressRules(options.allow ?? []);
  const resolve = options.resolve ?? createResolveHost();

  const findAddresses = async (url: URL, signal: CallSignal): Promise<readonly string[]> => {
    const host = hostOf(url);
    const addresses = isIP(host) === 0 ? await resolve(host, signal) : [host];
    signal.throwIfAborted();
    if (addresses.length === 0 || !addresses.every(isAllowed)) throw notPublic(url.hostname);
    return addresses;
  };

  const request = async (url: URL, accept: string, signal: CallSignal): Promise<TransportResponse> => {
    const addresses = await findAddresses(url, signal);
    return requestFile({ url, addresses, accept, signal, clock, ca });
  };

  const follow = async (text: string, accept: string, signal: CallSignal): Promise<[URL, TransportResponse]> => {
    let url = checkUrl(text, ports);
    for (let followed = 0; ; followed += 1) {
      const response = await request(url, accept, signal);
      if (!redirects.has(response.status)) return [url, response];
      response.body.cancel();
      if (followed === maxRedirects) throw refusal('redirect', url, `it redirects more than ${maxRedirects} times`);
      const location = response.headers['location'];
      if (location === undefined) throw refusal('redirect', url, 'it redirects to nowhere');
      url = checkUrl(location, ports, url);
    }
  };

  const read = async (url: URL, { headers, body }: TransportResponse): Promise<Buffer> => {
    const tooLarge = (): FetchRefusal => refusal('size', url, `it is larger than ${maxBytes} bytes`);
    if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for (let step = await body.next(); step.done !== true; step = await body.next()) {
      bytes += step.value.length;
      if (bytes > maxBytes) throw tooLarge();
      chunks.push(step.value);
    }
    return Buffer.concat(chunks, bytes);
  };

  const fetchWithin = async (text: string, types: readonly MediaType[], signal: CallSignal): Promise<FetchedFile> => {
    const [url, response] = await follow(text, types.join(', '), signal);
    try {
      if (response.status !== 200) throw refusal('status', url, `the host answered ${response.status}`);
      const mediaType = parseContentType(response.headers['content-type'] ?? '', types);
      if (mediaType === undefined) throw refusal('type', url, `it is not of the types ${types.join(', ')}`);
      const bytes = await read(url, response);
      if (!isOfType(bytes, mediaType)) throw refusal('type', url, `its bytes are not ${mediaType}`);
      return { mediaType, bytes };
    } catch (thrown) {
      response.body.cancel();
      throw thrown;
    }
  };

  return async (text, { types, signal }) => {
    signal.throwIfAborted();
    const own = linkAbort(signal);
    const stop = clock.after(timeoutMs, () =>
      own.abort(new FetchRefusal('time', `a file was not fetched: it took longer than ${timeoutMs} ms`)),
    );
    let result: MediaFetchResult = 'abandoned';
    try {
      const file = await fetchWithin(text, types, own.signal);
      result = 'fetched';
      return file;
    } catch (thrown) {
      const refused = toRefusal(own.signal.aborted ? own.signal.reason : thrown);
      if (refused instanceof FetchRefusal) result = refused.rule;
      throw refused;
    } finally {
      stop();
      own.release();
      observe({ kind: 'media-fetch', result });
    }
  };
}

const refusal = (rule: FetchRefusal['rule'], { hostname }: URL, reason: string): FetchRefusal =>
  new FetchRefusal(rule, `the file at ${hostname} was not fetched: ${reason}`);

/** What went wrong on the way is told without the words of the connection, which would tell of addresses and ports. */
const toRefusal = (thrown: unknown): unknown => {
  if (!(thrown instanceof UpstreamError)) return thrown;
  const [rule, reason] =
    thrown.code === 'upstream_invalid_reply'
      ? (['type', 'it is encoded in an unknown way'] as const)
      : (['unreachable', 'the connection failed'] as const);
  return new FetchRefusal(rule, `the file at ${thrown.fault.backend} was not fetched: ${reason}`, { cause: thrown });
};
