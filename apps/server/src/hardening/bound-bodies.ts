import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';

import { GatewayError } from '@claudette/core';
import type { FastifyInstance } from 'fastify';

/**
 * Bounds what the bodies of all requests take together, each from its first byte to the end of its answer: they are kept
 * for as long as they may have to be sent again. A request that is alone is never refused, whatever its size.
 */
export function boundBodies(app: FastifyInstance, mostBytes: number): void {
  let heldBytes = 0;

  /** What one request holds. Beyond its own limit it is refused and nothing more is kept. */
  const createHold = (limitBytes: number) => {
    let ownBytes = 0;
    let isOver = false;
    return {
      add(bytes: number): void {
        isOver ||= ownBytes + bytes > limitBytes;
        if (isOver) return;
        if (heldBytes > ownBytes && heldBytes + bytes > mostBytes) throw tooMuch(mostBytes);
        ownBytes += bytes;
        heldBytes += bytes;
      },
      release(): void {
        isOver = true;
        heldBytes -= ownBytes;
        ownBytes = 0;
      },
    };
  };

  app.addHook('preParsing', (request, reply, payload, done) => {
    const { 'content-length': declared, 'transfer-encoding': encoding } = request.headers;
    if (declared === undefined && encoding === undefined) return done(null, payload);
    const hold = createHold(request.routeOptions.bodyLimit);
    reply.raw.once('close', hold.release);
    if (declared === undefined) return done(null, countChunks(request.raw, payload, hold.add));
    try {
      hold.add(Number(declared));
    } catch (thrown) {
      return done(thrown as Error);
    }
    done(null, payload);
  });
}

const tooMuch = (mostBytes: number): GatewayError =>
  new GatewayError(
    'overloaded',
    `with this one, the bodies of all requests would come to more than the ${mostBytes} bytes of server.maxHeldBodyBytes; try again later`,
  );

/** A body that does not say how long it is, counted as it comes. */
function countChunks(raw: IncomingMessage, payload: NodeJS.ReadableStream, add: (bytes: number) => void): Transform {
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        add(chunk.length);
        done(null, chunk);
      } catch (thrown) {
        // The rest is not kept, but read: a client that still sends would not see the answer.
        raw.unpipe(counted);
        raw.resume();
        done(thrown as Error);
      }
    },
  });
  payload.on('error', (thrown) => counted.destroy(thrown));
  return payload.pipe(counted);
}
