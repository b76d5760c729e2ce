import type { ChatEvent, Reply } from '@claudette/core';
import { GatewayError, toGatewayError } from '@claudette/core';
import { codecs } from '@claudette/protocol';

/**
 * Reads a reply to its end and hands on its events as they come.
 * @throws GatewayError whatever ended the reply early: a fault that the provider reported inside it, a broken stream, or
 * an answer that is not valid in its dialect
 */
export async function readEvents(reply: Reply, onEvent: (event: ChatEvent) => void): Promise<void> {
  const codec = codecs[reply.dialect];
  const decoder = reply.framing === 'sse' ? codec.createEventDecoder() : undefined;
  const reader = reply.bytes[Symbol.asyncIterator]();
  for (let step = await reader.next(); step.done !== true; step = await reader.next()) {
    try {
      for (const event of decoder ? decoder.push(step.value) : codec.decodeReply(step.value)) {
        if (event.type === 'error') throw new GatewayError('upstream_failed', event.message);
        onEvent(event);
      }
    } catch (thrown) {
      const error = toGatewayError(thrown);
      reply.cancel(error);
      throw error;
    }
  }
}
