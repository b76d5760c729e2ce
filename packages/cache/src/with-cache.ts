import { GatewayError, targetName, toGatewayError } from '@claudette/core';
import type { CacheStatus, Call, Clock, Interceptor, Reply, Target } from '@claudette/core';

import { acceptsFresh, acceptsStale } from './acceptance.js';
import { keyFor } from './cache-key.js';
import type { CachePolicy } from './cache-policy.js';
import type { Entry } from './entry.js';
import { createFlight } from './flight.js';
import type { CompleteFlight, Flight } from './flight.js';
import { createQuestions, toFlightKey } from './question.js';
import type { Question } from './question.js';
import type { ReplyStore } from './reply-store.js';
import { isOutage, maxStaleMsOf } from './stand-in.js';
import { toReply } from './to-reply.js';

/** How the cache took part in a call that it could have answered. `stale` comes after the `miss` or `coalesced` that failed. */
export type CacheUse = Exclude<CacheStatus, 'bypass'>;

/** How the cache would take part in a call. */
export type CacheForecast = Exclude<CacheStatus, 'stale'>;

export interface WithCacheOptions extends CachePolicy {
  readonly store: ReplyStore;
  readonly clock: Clock;
  /** The largest answer that is stored, in bytes; a larger one is served all the same. */
  readonly maxEntryBytes: number;
  /** Told how the cache took part in each call that it could have answered. */
  readonly onUse: (use: CacheUse) => void;
}

/** Wraps one exchange: calls of another one that it wrapped would share upstream calls with it. */
export interface CacheInterceptor extends Interceptor {
  /** How the cache would take part in a call with a plan. Joins nothing, counts nothing, and uses nothing up. */
  peek(call: Call): Promise<CacheForecast>;
}

/**
 * Where a flight is found by others; empty once it is over. A Map that is always in use grows a chain of outgrown tables,
 * each of which keeps what the one before it held until the next full collection: that must be little.
 */
interface Berth {
  flight: Flight | undefined;
}

/**
 * Answers repeats from the store and lets equal calls that run at the same time share one upstream call. Only complete
 * replies with status 200 are stored, under the target that answered; streams are replayed as streams. Where every backend
 * fails, an expired answer may stand in. Needs a plan (or a target) in the call; without one, and for calls that are not
 * to be cached, it steps aside.
 *
 * The next exchange is called with a signal of the flight instead of the caller's, and must end when it aborts.
 *
 * @throws GatewayError `cache_only_miss` when the call asks for a stored answer only and there is none
 */
export const withCache = (options: WithCacheOptions): CacheInterceptor => {
  const { store, clock, ttlMs, flightTimeoutMs, maxEntryBytes, onUse } = options;
  const { maxStaleMs = 0, staleMs = maxStaleMs } = options;
  const toQuestion = createQuestions(options);
  const flights = new Map<string, Berth>();

  const put = ({ call, digest, targets, keys }: Question, complete: CompleteFlight): void => {
    if (!isStorable(call, complete)) return;
    const { reply, outcome, bytes } = complete;
    const { target, dialect, framing, status, headers, losses } = reply;
    const { usage, finishReason } = outcome;
    const storedAtMs = clock.epochMs();
    const expiresAtMs = storedAtMs + ttlMs;
    store.put(keys[targets.indexOf(target)] ?? keyFor(digest, target), {
      digest,
      target,
      dialect,
      framing,
      status,
      headers,
      bytes,
      ...(usage && { usage }),
      ...(finishReason && { finishReason }),
      losses,
      storedAtMs,
      expiresAtMs,
      keptUntilMs: expiresAtMs + staleMs,
    });
  };

  const joinable = (flightKey: string): Flight | undefined => {
    const running = flights.get(flightKey)?.flight;
    return running?.isJoinable() === true ? running : undefined;
  };
  const hit = (entry: Entry): Reply => {
    onUse('hit');
    return toReply(entry, 'hit', clock.epochMs());
  };
  const refuse = ({ targets }: Question): Promise<never> => {
    onUse('miss');
    return Promise.reject(nothingStored(targets));
  };
  const standIn = async ({ call, keys }: Question, cause: unknown, allowedMs: number): Promise<Reply> => {
    const entry = isOutage(cause) ? await store.find(keys, acceptsStale(call, allowedMs)) : undefined;
    if (entry === undefined) throw cause;
    onUse('stale');
    return toReply(entry, 'stale', clock.epochMs());
  };

  const wrap: Interceptor = (next) => {
    const startFlight = (question: Question, flightKey: string, shares: boolean): Flight => {
      const { call } = question;
      const berth: Berth = { flight: undefined };
      const flight = createFlight({
        call: (signal, observe) => next({ ...call, context: { ...call.context, signal, observe } }),
        clock,
        totalMs: flightTimeoutMs,
        maxKeptBytes: maxEntryBytes,
        onEnd(complete) {
          berth.flight = undefined;
          if (flights.get(flightKey) === berth) flights.delete(flightKey);
          if (complete !== undefined) put(question, complete);
        },
      });
      berth.flight = flight;
      if (shares) flights.set(flightKey, berth);
      return flight;
    };

    const ask = (question: Question): Promise<Reply> => {
      const { context } = question.call;
      if (context.signal.aborted) return Promise.reject(toGatewayError(context.signal.reason));
      const flightKey = toFlightKey(question);
      // A refresh wants an answer made for itself, so it neither joins nor is joined.
      const shares = context.cacheMode !== 'refresh';
      const running = shares ? joinable(flightKey) : undefined;
      if (running !== undefined) {
        onUse('coalesced');
        return running.join(context).catch((cause: unknown) => {
          if (isTheLeadersAlone(cause) && !context.signal.aborted) return ask(question);
          throw cause;
        });
      }
      onUse('miss');
      return startFlight(question, flightKey, shares).join(context);
    };
    const askOrStandIn = (question: Question): Promise<Reply> => {
      const allowedMs = maxStaleMsOf(question.call, { staleMs, maxStaleMs });
      const asked = ask(question);
      return allowedMs > 0 ? asked.catch((cause: unknown) => standIn(question, cause, allowedMs)) : asked;
    };
    const miss = (question: Question): Promise<Reply> =>
      question.call.context.cacheMode === 'only' ? refuse(question) : askOrStandIn(question);

    return (call) => {
      const { cacheMode } = call.context;
      const question = toQuestion(call);
      if (question === undefined) return cacheMode === 'only' ? Promise.reject(nothingStored([])) : next(call);
      if (cacheMode === 'refresh') return askOrStandIn(question);
      const found = store.find(question.keys, acceptsFresh(call));
      if (found instanceof Promise) return found.then((entry) => (entry ? hit(entry) : miss(question)));
      return found === undefined ? miss(question) : Promise.resolve(hit(found));
    };
  };

  const peek = async (call: Call): Promise<CacheForecast> => {
    const question = toQuestion(call);
    if (question === undefined) return 'bypass';
    if (call.context.cacheMode === 'refresh') return 'miss';
    if ((await store.peek(question.keys, acceptsFresh(call))) !== undefined) return 'hit';
    if (call.context.cacheMode === 'only') return 'miss';
    return joinable(toFlightKey(question)) === undefined ? 'miss' : 'coalesced';
  };

  return Object.assign(wrap, { peek });
};

/** What came with another status, and an answer that the provider is still working on, is no answer to keep. */
const isStorable = ({ operation }: Call, { reply, outcome }: CompleteFlight): boolean =>
  reply.status === 200 && (operation !== 'generate' || outcome.finishReason !== undefined);

/** The others asked for the same and are still there: the first one's leaving says nothing about their answer. */
const isTheLeadersAlone = (cause: unknown): boolean => cause instanceof GatewayError && cause.code === 'client_aborted';

const nothingStored = (targets: readonly Target[]): GatewayError =>
  new GatewayError(
    'cache_only_miss',
    targets.length === 0 ? 'it cannot be cached' : targets.map(targetName).join(', '),
  );
