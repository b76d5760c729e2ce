import { toGatewayError } from '@claudette/core';
import type { Scanner, Usage } from '@claudette/core';

/**
 * A scanner of replies that are one JSON body: it is there, valid and so finished, or it is not.
 *
 * @param readUsage throws what is wrong with the body
 */
export function createBodyScanner(readUsage: (body: Uint8Array) => Usage | undefined): Scanner {
  const reading: { -readonly [Field in keyof Scanner]: Scanner[Field] } = {
    see(body) {
      if (reading.closed) return 0;
      reading.closed = true;
      try {
        reading.usage = readUsage(body);
        reading.committed = true;
        reading.finished = true;
      } catch (thrown) {
        reading.failure = toGatewayError(thrown);
      }
      return body.length;
    },
    committed: false,
    finished: false,
    closed: false,
    failure: undefined,
    usage: undefined,
    finishReason: undefined,
  };
  return reading;
}
