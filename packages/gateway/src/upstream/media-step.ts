import type { FetchedFile, GuardedFetch, MediaType } from '@claudette/connection-pool';
import type { Call, CallSignal, ChatRequest, Interceptor, Target } from '@claudette/core';
import { GatewayError, linkAbort } from '@claudette/core';

import type { Backend } from '../backend.js';
import { findLinks, inlineMedia } from './media-links.js';
import type { InlineSource, InlineSources, MediaLink } from './media-links.js';
import { shareWork } from './share-work.js';

export interface MediaStepOptions {
  readonly fetch: GuardedFetch;
  /** What may be fetched. Images are asked for where images stand, and the rest where documents do. */
  readonly contentTypes: readonly MediaType[];
  /** The most files of one request. */
  readonly maxFiles: number;
  readonly backends: ReadonlyMap<string, Pick<Backend, 'config'>>;
}

/** Fetches for targets what they cannot fetch themselves. */
export interface MediaStep {
  /**
   * Puts the files in the place of links that the call's target cannot take. A file is fetched once for all attempts of a
   * request, and not kept beyond it. Rejects with `translation_refused` when one of them is not to be had.
   */
  readonly withMedia: Interceptor;
  /** The request as it is likely to go to a target, without fetching anything. */
  assume(call: Pick<Call, 'original' | 'request'>, target: Target): ChatRequest;
}

type Shared = Map<string, (signal: CallSignal) => Promise<InlineSource>>;

/** Every target that takes documents reads plain text as such; other types keep their name. */
const toSource = ({ mediaType, bytes }: FetchedFile): InlineSource =>
  mediaType === 'text/plain'
    ? { kind: 'text', text: bytes.toString() }
    : { kind: 'base64', mediaType, data: bytes.toString('base64') };

const assumed: Readonly<Record<MediaLink['kind'], InlineSource>> = {
  image: { kind: 'base64', mediaType: 'image/png', data: '' },
  document: { kind: 'base64', mediaType: 'application/pdf', data: '' },
};

export function createMediaStep({ fetch, contentTypes, maxFiles, backends }: MediaStepOptions): MediaStep {
  const images = contentTypes.filter((type) => type.startsWith('image/'));
  const documents = contentTypes.filter((type) => !type.startsWith('image/'));
  /** Attempts of one exchange share its request. */
  const fetches = new WeakMap<ChatRequest, Shared>();

  const linksOf = (call: Pick<Call, 'original' | 'request'>, target: Target): ReadonlyMap<string, MediaLink> => {
    const said = backends.get(target.backend)?.config.capabilities;
    return findLinks(call, target, said?.[target.model]?.mediaUrls ?? said?.['*']?.mediaUrls);
  };

  const load =
    ({ kind, url }: MediaLink) =>
    async (signal: CallSignal): Promise<InlineSource> => {
      const types = kind === 'image' ? images : documents;
      if (types.length === 0) throw new GatewayError('translation_refused', `no ${kind}s are fetched by URL`);
      return toSource(await fetch(url, { types, signal }));
    };

  const sharedOf = (request: ChatRequest): Shared => {
    const shared = fetches.get(request) ?? new Map();
    fetches.set(request, shared);
    return shared;
  };

  const loadAll = async (links: ReadonlyMap<string, MediaLink>, { request, context }: Call): Promise<InlineSources> => {
    if (links.size > maxFiles) {
      throw new GatewayError('translation_refused', `it links to more than ${maxFiles} files that are to be fetched`);
    }
    const shared = sharedOf(request);
    const own = linkAbort(context.signal);
    try {
      return new Map(
        await Promise.all(
          [...links].map(async ([name, link]): Promise<[string, InlineSource]> => {
            const wait = shared.get(name) ?? shareWork(load(link));
            shared.set(name, wait);
            return [name, await wait(own.signal)];
          }),
        ),
      );
    } catch (thrown) {
      // The others are of no use without the one that failed.
      own.abort(thrown);
      throw thrown;
    } finally {
      own.release();
    }
  };

  return {
    withMedia: (next) => (call) => {
      const links = call.target && linksOf(call, call.target);
      if (links === undefined || links.size === 0) return next(call);
      return loadAll(links, call).then((sources) => next({ ...call, request: inlineMedia(call.request, sources) }));
    },
    assume(call, target) {
      const links = linksOf(call, target);
      if (links.size === 0) return call.request;
      return inlineMedia(call.request, new Map([...links].map(([name, { kind }]) => [name, assumed[kind]])));
    },
  };
}
