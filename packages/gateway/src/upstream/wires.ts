import type { DialectId, Operation, Usage } from '@claudette/core';
import type { Codec } from '@claudette/protocol';
import { codecs } from '@claudette/protocol';

import { createBodyScanner } from './body-scanner.js';

/** How a dialect asks for one operation. Of `generate` it is the codec itself. */
export type Wire = Pick<Codec, 'requestPath' | 'encodeRequest' | 'patchRequest' | 'createScanner'>;

type WireOf = (codec: Codec) => Wire | undefined;

/** Replies that are no conversation: one JSON body, whatever the provider says about it. */
const wholeReplies = (readUsage: (body: Uint8Array) => Usage | undefined): Pick<Wire, 'createScanner'> => ({
  createScanner: () => createBodyScanner(readUsage),
});

const wireOfCounting: WireOf = ({ counting }) =>
  counting && {
    ...counting,
    ...wholeReplies((body) => {
      counting.decodeReply(body);
      // Nobody is billed for being told.
      return undefined;
    }),
  };

const wireOfEmbedding: WireOf = ({ embedding }) =>
  embedding && { ...embedding, ...wholeReplies((body) => embedding.decodeReply(body).usage) };

const makers: Readonly<Record<Operation, WireOf>> = {
  generate: (codec) => codec,
  count: wireOfCounting,
  embed: wireOfEmbedding,
};

const wiresOf = (operation: Operation): ReadonlyMap<DialectId, Wire | undefined> =>
  new Map(Object.values(codecs).map((codec) => [codec.id, makers[operation](codec)]));

const wires: Readonly<Record<Operation, ReadonlyMap<DialectId, Wire | undefined>>> = {
  generate: wiresOf('generate'),
  count: wiresOf('count'),
  embed: wiresOf('embed'),
};

/** How to ask for an operation in a dialect; undefined where the dialect has no such thing. */
export const findWire = (dialect: DialectId, operation: Operation): Wire | undefined => wires[operation].get(dialect);
