import type {
  Call,
  Clock,
  DecisionRecord,
  ExchangeRecord,
  GatewayErrorCode,
  Interceptor,
  Money,
  Observe,
  Outcome,
  Reply,
} from '@claudette/core';
import { estimateAt, mapReader, toGatewayError } from '@claudette/core';
import type { PriceBook } from '@claudette/ledger';

import { createExchangeHistory } from './exchange-history.js';
import { redactLosses } from '../format-losses.js';
import { measuredUsage } from './measured-usage.js';
import { isFree, priceUsage } from '../prices/price-usage.js';
import { reachedBackend } from './reached-backend.js';
import type { Redact } from '../redact-bytes.js';

export interface ObserverOptions {
  readonly clock: Clock;
  readonly prices: PriceBook;
  /** Notes a stream's start as its first attempt is sent, so that a crash leaves a trace of it. */
  readonly begin: (start: RecordStart) => void;
  /** Takes what explains an exchange that has ended. Must not wait. */
  readonly decide: (decision: DecisionRecord) => void;
  /** Resolves when every exchange whose end was observed so far is on disk. */
  readonly committed: () => Promise<void>;
  /** Takes secrets out of what clients have named: models, tags, fields. */
  readonly redact: Redact;
}

const MAX_MODEL_CHARACTERS = 200;

type RecordStart = Pick<
  ExchangeRecord,
  'id' | 'startedAtMs' | 'dialect' | 'operation' | 'stream' | 'requestBytes' | 'principalId' | 'requestedModel' | 'tags'
>;

const requestBytesOf = (call: Call): number =>
  call.original?.body.length ?? JSON.stringify(call.request.messages).length;

const startOf = (call: Call, clock: Clock, redact: Redact): RecordStart => ({
  id: call.context.id,
  startedAtMs: clock.epochMs(),
  dialect: call.original?.dialect ?? 'native',
  operation: call.operation,
  stream: call.request.stream,
  requestBytes: requestBytesOf(call),
  principalId: call.context.principal.id,
  requestedModel: redact(call.request.model).slice(0, MAX_MODEL_CHARACTERS),
  tags: call.context.tags.length === 0 ? call.context.tags : call.context.tags.map(redact),
});

const nothing = (worth: Money | undefined): Money => ({ nano: 0n, currency: worth?.currency ?? 'USD' });

const toWaste = (nano: number): Money | undefined =>
  nano === 0 ? undefined : { nano: BigInt(Math.round(nano)), currency: 'USD' };

/** A stream whose last frame, or whose fault, is held back until the exchange is on record. */
const holdEnd = (reply: Reply, hasEnded: () => boolean, committed: () => Promise<void>): Reply => {
  const onStep = <Step>(step: Step): Step | Promise<Step> => (hasEnded() ? committed().then(() => step) : step);
  const onError = (cause: unknown): Promise<never> =>
    committed().then(() => {
      throw cause;
    });
  const hold = (reader: AsyncIterator<Uint8Array>): AsyncIterator<Uint8Array> => ({
    next: () => reader.next().then(onStep, onError),
    return: () => reader.return?.() ?? Promise.resolve({ done: true, value: undefined }),
  });
  return { ...reply, bytes: mapReader(reply.bytes, hold) };
};

/**
 * The one observer of exchanges: everything that comes in is seen to begin and to end, refusals and hits included, and
 * the end is on record before the reader gets the last bytes.
 */
export const withObserver =
  ({ clock, prices, begin, decide, committed, redact }: ObserverOptions): Interceptor =>
  (next) =>
  async (call) => {
    const start = startOf(call, clock, redact);
    const startedAt = clock.now();
    /** Upstream calls that have ended; those of a reply that is still going on, it counts itself. */
    let attempts = 0;
    let wastedNano = 0;
    const history = createExchangeHistory(clock, startedAt);
    const observe: Observe = (observation) => {
      history.see(observation);
      if (observation.kind === 'attempt-start' && observation.number === 1 && start.stream) begin(start);
      if (observation.kind === 'attempt-end') {
        if (reachedBackend(observation)) attempts += 1;
        if (observation.orphaned) wastedNano += estimateAt(history.plan(), observation.target)?.costNano ?? 0;
      }
      call.context.observe(observation);
    };

    const end = (record: ExchangeRecord): void => {
      observe({ kind: 'exchange-end', record });
      decide(history.toDecision(record));
    };

    const endWithoutReply = (code: GatewayErrorCode): void =>
      end({
        durationMs: clock.now() - startedAt,
        outcome: code === 'client_aborted' ? 'abandoned' : 'failed',
        errorCode: code,
        cache: 'bypass',
        attempts,
        losses: [],
        wasted: toWaste(wastedNano),
        ...start,
      });
    const endWithReply = (reply: Reply, outcome: Outcome, firstContentMs: number): void => {
      const usage = measuredUsage(call.operation, outcome, reply.framing, start.requestBytes);
      const worth = usage && priceUsage(prices, reply.target, usage, start.startedAtMs);
      const share = outcome.share ?? reply;
      const free = isFree(share.cache);
      // What begins with a spread takes V8 a microsecond for each field that it adds; what ends with one takes none.
      end({
        durationMs: clock.now() - startedAt,
        outcome: outcome.kind,
        errorCode: outcome.cause?.code,
        cache: share.cache,
        cacheKey: reply.cacheKey,
        // A stale answer does not know of the upstream calls that failed before it stood in.
        attempts: share.cache === 'stale' ? attempts : share.attempts,
        losses: redactLosses(reply.losses, redact),
        target: reply.target,
        finishReason: outcome.finishReason,
        firstContentMs,
        usage,
        cost: free ? nothing(worth) : worth,
        // What stands in for an outage saved nothing: there was nothing to be bought.
        saved: free && share.cache !== 'stale' ? worth : undefined,
        wasted: toWaste(wastedNano),
        priceVersion: prices.version,
        ...start,
      });
    };

    observe({ kind: 'exchange-start', id: start.id, dialect: start.dialect });
    // An answer without a price is better than none.
    const pricesLoaded = prices.isLoaded ? undefined : prices.load().catch(() => undefined);
    let reply: Reply;
    try {
      reply = await next({ ...call, context: { ...call.context, observe } });
      if (pricesLoaded) await pricesLoaded;
    } catch (thrown) {
      endWithoutReply(toGatewayError(thrown).code);
      await committed();
      throw thrown;
    }
    const firstContentMs = clock.now() - startedAt;
    if (reply.framing === 'json') {
      // A whole reply has its outcome when it commits.
      endWithReply(reply, await reply.outcome, firstContentMs);
      await committed();
      return reply;
    }
    let ended = false;
    void reply.outcome.then((outcome) => {
      ended = true;
      endWithReply(reply, outcome, firstContentMs);
    });
    return holdEnd(reply, () => ended, committed);
  };
