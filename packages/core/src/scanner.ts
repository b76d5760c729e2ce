import type { FinishReason } from './chat-event.js';
import type { GatewayError } from './errors.js';
import type { Usage } from './usage.js';

/**
 * Looks at a reply's frames as they pass and knows how far the provider has come. Light: it does not parse each delta.
 * One per reply.
 *
 * | reading | means |
 * |---|---|
 * | `committed` | content was seen (or the end without content): from here on the client may see it |
 * | `finished` | the provider said that the answer is over |
 * | `closed` | nothing more can follow; what comes after is not part of the reply |
 * | `failure` | the provider reported a fault inside the reply, or broke its own dialect |
 */
export interface Scanner {
  /**
   * Takes whole frames; returns how many of the bytes belong to the reply: all of them, unless it closed inside or the
   * dialect was broken there.
   */
  see(frames: Uint8Array): number;
  readonly committed: boolean;
  readonly finished: boolean;
  readonly closed: boolean;
  readonly failure: GatewayError | undefined;
  readonly usage: Usage | undefined;
  readonly finishReason: FinishReason | undefined;
}
