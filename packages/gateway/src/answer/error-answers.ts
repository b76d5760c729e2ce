import type { GatewayError } from '@claudette/core';
import type { Codec } from '@claudette/protocol';

import type { Redact } from '../redact-bytes.js';
import { redactBytes } from '../redact-bytes.js';
import type { ClientAnswer } from './client-answer.js';
import { tellableError } from './tellable-error.js';

/** What clients get instead of an answer, and instead of the rest of one. */
export interface ErrorAnswers {
  /** An error as a whole answer in the client's dialect. */
  whole(codec: Codec, error: GatewayError, id: string): ClientAnswer;
  /** An error after the commit, as the client dialect's event. */
  event(codec: Codec, error: GatewayError, id: string): Uint8Array;
}

export interface ErrorAnswersOptions {
  /** Takes secrets out of what clients are told of errors: vendors repeat keys in theirs. */
  readonly redact: Redact;
  /** Takes a fault of ours whole, of which clients are told the least, and the exchange it happened in. */
  readonly onFault: (error: GatewayError, id: string) => void;
}

export function createErrorAnswers({ redact, onFault }: ErrorAnswersOptions): ErrorAnswers {
  const tell = (error: GatewayError, id: string): GatewayError => {
    const told = tellableError(error);
    if (told.code === 'internal') onFault(error, id);
    return told;
  };
  return {
    whole(codec, error, id) {
      const { status, headers, body } = codec.encodeError(tell(error, id), id);
      return {
        kind: 'whole',
        status,
        headers: { ...headers, 'x-claudette-id': id },
        body: redactBytes(body, redact),
      };
    },
    event: (codec, error, id) => redactBytes(codec.encodeErrorEvent(tell(error, id), id), redact),
  };
}
