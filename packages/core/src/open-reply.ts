import type { CallSignal } from './call-signal.js';
import type { Loss } from './chat-request.js';
import type { DialectId, Framing } from './dialect.js';
import { GatewayError, toGatewayError } from './errors.js';
import { bytesOf } from './reply-bytes.js';
import type { Outcome, Reply } from './reply.js';
import type { Scanner } from './scanner.js';
import type { Target } from './target.js';
import type { ByteSource } from './transport.js';

export interface ReplySource {
  readonly target: Target;
  readonly dialect: DialectId;
  readonly framing: Framing;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole frames. */
  readonly frames: ByteSource;
  readonly scanner: Scanner;
  /** Ends the reply when it aborts; its reason says why. */
  readonly signal: CallSignal;
  readonly losses: readonly Loss[];
  /** Takes secrets out of the frames in which the provider reports a fault. @default they stay as they are */
  readonly redact?: (frames: Uint8Array) => Uint8Array;
}

const endOfReply: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/**
 * Reads up to the commit and hands the rest over as a Reply: the one place where streams are watched. The scanner alone
 * decides how a reply ended: a connection that closes is not an end, and a reader that leaves after the provider's last
 * word has missed nothing. Rejects when the reply fails before its first content; nothing was shown to anybody then.
 *
 * The reader is not an async generator: one that is abandoned before its first `next()` never runs its `finally`, and
 * whatever waits for the outcome (a slot, a reservation, a ledger row) would be lost.
 *
 * @throws GatewayError what the scanner found, what the transport threw, or `stream_broken`
 */
export async function openReply(source: ReplySource): Promise<Reply> {
  const { frames, scanner, signal, redact = (faulty) => faulty } = source;
  const preamble: Uint8Array[] = [];
  let receivedBytes = 0;

  const take = (chunk: Uint8Array): Uint8Array => {
    const size = scanner.see(chunk);
    receivedBytes += size;
    return size === chunk.length ? chunk : chunk.subarray(0, size);
  };

  while (!scanner.committed) {
    const step = await frames.next();
    if (step.done === true) throw scanner.failure ?? brokenOff('nothing had come');
    preamble.push(take(step.value));
    if (scanner.failure !== undefined) {
      frames.cancel();
      throw scanner.failure;
    }
  }

  let settle: ((outcome: Outcome) => void) | undefined;
  const outcome = new Promise<Outcome>((resolve) => (settle = resolve));
  let cancelled: GatewayError | undefined;

  const finish = (otherwise?: GatewayError): void => {
    if (settle === undefined) return;
    signal.removeEventListener('abort', onAbort);
    settle(outcomeOf(scanner, otherwise, receivedBytes));
    settle = undefined;
  };
  const cancel = (reason: GatewayError): void => {
    cancelled ??= reason;
    finish(reason);
    frames.cancel();
  };
  const onAbort = (): void => cancel(toGatewayError(signal.reason));
  const close = (): void => {
    finish();
    frames.finish();
  };

  const onStep = (step: IteratorResult<Uint8Array, undefined>): IteratorResult<Uint8Array, undefined> => {
    if (step.done === true) {
      if (scanner.finished) {
        finish();
        return endOfReply;
      }
      const cause = cancelled ?? scanner.failure ?? brokenOff('the provider had not finished');
      finish(cause);
      throw cause;
    }
    const value = take(step.value);
    if (scanner.closed) close();
    else if (scanner.failure !== undefined) cancel(scanner.failure);
    return { done: false, value: scanner.failure === undefined ? value : redact(value) };
  };
  const onError = (thrown: unknown): IteratorResult<Uint8Array, undefined> => {
    const cause = cancelled ?? toGatewayError(thrown);
    finish(cause);
    if (!scanner.finished) throw cause;
    return endOfReply;
  };

  const reader: AsyncIterator<Uint8Array, undefined> = {
    next() {
      const early = preamble.shift();
      if (early !== undefined) return Promise.resolve({ done: false, value: early });
      if (scanner.closed) return Promise.resolve(endOfReply);
      if (cancelled !== undefined) {
        return scanner.finished ? Promise.resolve(endOfReply) : Promise.reject(cancelled);
      }
      return frames.next().then(onStep, onError);
    },
    return() {
      cancel(new GatewayError('client_aborted', 'the reader stopped reading'));
      return Promise.resolve(endOfReply);
    },
  };

  if (scanner.closed) close();
  else if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });

  return {
    target: source.target,
    dialect: source.dialect,
    framing: source.framing,
    status: source.status,
    headers: source.headers,
    losses: source.losses,
    cache: 'bypass',
    attempts: 1,
    outcome,
    cancel,
    bytes: bytesOf(reader),
  };
}

const brokenOff = (what: string): GatewayError => new GatewayError('stream_broken', what);

/** A fault that the provider reported wins over its end; the end wins over whatever happened to the connection. */
const outcomeOf = (scanner: Scanner, otherwise: GatewayError | undefined, receivedBytes: number): Outcome => {
  const { failure, finished, usage, finishReason } = scanner;
  if (failure !== undefined) return { kind: 'failed', cause: failure, usage, finishReason, receivedBytes };
  if (finished) return { kind: 'complete', cause: undefined, usage, finishReason, receivedBytes };
  const cause = otherwise ?? brokenOff('the provider had not finished');
  return { kind: cause.domain === 'caller' ? 'abandoned' : 'failed', cause, usage, finishReason, receivedBytes };
};
