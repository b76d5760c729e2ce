import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import { GatewayError } from '@claudette/core';
import type {
  CacheStats,
  EntryPage,
  Gateway,
  NativeAnswer,
  Removal,
  TierCounts,
  WarmOptions,
  WarmProgress,
  WarmReport,
} from '@claudette/gateway';

import { audited } from './audited.js';
import { sendToRunning, toRunningError } from './running-gateway.js';

/** What is stored, in words that a query string has too. */
export type EntryQuery = Readonly<Record<string, string>>;

/** The hand on a cache: on this machine's store, or on that of a gateway that runs. Bad words reject with `invalid_request`. */
export interface StoredAnswers {
  stats(): Promise<{ readonly stats: CacheStats; readonly entries: TierCounts }>;
  list(query: EntryQuery): Promise<EntryPage>;
  /** Removes what is meant; without words everything. */
  remove(query: EntryQuery): Promise<Removal>;
  warm(options: WarmOptions, onProgress: (progress: WarmProgress) => void): Promise<WarmReport>;
  /** Asks a question, the body of `POST /api/optimize`. */
  ask(body: string, controller: AbortController): Promise<NativeAnswer>;
}

export const switchedOff = 'the cache is switched off';

/**
 * Through a gateway in this process: its memory is new and empty, its store is the machine's.
 * @throws GatewayError `route_not_found` when the cache is switched off
 */
export async function openOwnAnswers(gateway: Gateway): Promise<StoredAnswers> {
  const { decodeQuestion, parseEntryFilter, parseListQuery } = await import('@claudette/gateway');
  const { cache } = gateway;
  if (cache === undefined) throw new GatewayError('route_not_found', switchedOff);
  return {
    stats: async () => ({ stats: cache.stats(), entries: await cache.count() }),
    list: async (query) => cache.list(parseListQuery(query)),
    remove: (query) =>
      audited(gateway.audit, { action: 'cache.clear', subject: new URLSearchParams(query).toString() }, () => {
        const filter = parseEntryFilter(query);
        return filter === undefined ? cache.clear() : cache.remove(filter);
      }),
    warm: (options, onProgress) => cache.warm(options, onProgress),
    ask: (body, controller) =>
      gateway.ask({ ...decodeQuestion(Buffer.from(body)), principal: gateway.localPrincipal, controller }),
  };
}

/** Any time: a question, or a large store, may take minutes. */
const patient = new AbortController().signal;

/** Through the gateway that runs at an address. */
export function openRunningAnswers(address: string): StoredAnswers {
  const urlOf = (path: string, query: EntryQuery = {}): URL => {
    const url = new URL(path, address);
    url.search = new URLSearchParams(query).toString();
    return url;
  };
  const send = async (url: URL, request: RequestInit): Promise<Response> => {
    const response = await sendToRunning(url, { signal: patient, ...request });
    if (response.ok) return response;
    throw await toRunningError(url, response);
  };
  const read = async <Value>(url: URL, request: RequestInit = {}): Promise<Value> =>
    (await send(url, request)).json() as Promise<Value>;
  const base = '/api/admin/cache';

  return {
    stats: () => read(urlOf(base)),
    list: (query) => read(urlOf(`${base}/entries`, query)),
    remove: (query) => read(urlOf(base, query), { method: 'DELETE' }),
    async warm(options, onProgress) {
      const url = urlOf(`${base}/warm`);
      const { body } = await send(url, { method: 'POST', body: JSON.stringify(options) });
      for await (const line of createInterface({ input: Readable.from(body ?? []) })) {
        const { progress, report } = JSON.parse(line) as { progress?: WarmProgress; report?: WarmReport };
        if (progress !== undefined) onProgress(progress);
        if (report !== undefined) return report;
      }
      throw new GatewayError('upstream_invalid_reply', `${url.href} broke off`);
    },
    ask: (body, { signal }) => read(urlOf('/api/optimize'), { method: 'POST', body, signal }),
  };
}
