import type { Call, Loss, Target } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import { codecs, toClientLosses } from '@claudette/protocol';
import type { RequestTarget } from '@claudette/protocol';

import type { Backend } from '../backend.js';
import { formatLosses } from '../format-losses.js';
import { isInlined } from './media-links.js';
import type { Wire } from './wires.js';

/** What goes to a target. */
export interface Outgoing {
  readonly body: Uint8Array;
  /** What of the request it does not carry, in the client's words; of a native call, in the canonical ones. */
  readonly losses: readonly Loss[];
}

/** The parts of a call that decide what is sent. */
export type Sent = Pick<Call, 'original' | 'request'>;

const nothing: readonly Loss[] = [];

/**
 * The client's bytes can go there: both sides speak the same, and nothing in them was sealed for somebody else or stands
 * for a file that was fetched.
 */
const goesAsItIs = ({ original, request }: Sent, target: Target): boolean =>
  original?.dialect === target.dialect && request.carriesSealedState !== true && !isInlined(request);

/**
 * The body for the target: the client's own bytes where they can go there, otherwise a translation.
 * @throws GatewayError `translation_refused`
 */
export function encodeFor(call: Sent, wire: Wire, target: Target, { provider, config }: Backend): Outgoing {
  const { original, request } = call;
  const to: RequestTarget = {
    model: target.model,
    options: provider.options,
    defaultMaxOutputTokens: config.maxTokens,
  };
  if (original !== undefined && goesAsItIs(call, target)) {
    return { body: wire.patchRequest(original.body, request, to), losses: nothing };
  }
  const held = request.heldByProvider;
  if (held !== undefined && held.dialect !== target.dialect) {
    throw new GatewayError(
      'translation_refused',
      `${held.path} refers to earlier turns that only ${held.dialect} backends hold`,
    );
  }
  const { body, losses } = wire.encodeRequest(request, to);
  if (original === undefined) return { body, losses };
  return { body, losses: toClientLosses(losses, codecs[original.dialect], request.foreign) };
}

/** What keeps a target from getting all of the request; undefined when nothing does. */
export function findLoss(call: Sent, wire: Wire, target: Target, backend: Backend): string | undefined {
  if (goesAsItIs(call, target)) return undefined;
  try {
    return formatLosses(encodeFor(call, wire, target, backend).losses) || undefined;
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'translation_refused') return thrown.detail;
    throw thrown;
  }
}
