import { GatewayError, targetName, toGatewayError } from '@claudette/core';
import type { Call, Clock, Exchange, Interceptor, Principal, Reply, Target } from '@claudette/core';

import { digestRequest, keyFor } from './cache-key.js';
import type { Entry } from './entry.js';
import { createFlight } from './flight.js';
import type { CompleteFlight, Flight } from './flight.js';
import type { ReplyStore } from './reply-store.js';
import { isCacheable } from './sampling.js';
import type { Sampling } from './sampling.js';
import type { Scope } from './scope.js';
import { toReply } from './to-reply.js';

/** What a gateway decides about caching; a new configuration brings a new one over the same cache. */
export interface CachePolicy {
  /** Who may share answers with a principal, e.g. `toKeyScope`. */
  readonly scopeOf: (principal: Principal) => Scope;
  readonly sampling: Sampling;
  /** How long an answer is served. 0 stores nothing. */
  readonly ttlMs: number;
  /** Most milliseconds that a shared upstream call may take, to its last byte. */
  readonly flightTimeoutMs: number;
  /** Lower-case names of client headers that do not change an answer. @default none: every header is part of the question */
  readonly ignoredHeaders?: readonly string[];
}

export interface WithCacheOptions extends CachePolicy {
  readonly store: ReplyStore;
  readonly clock: Clock;
  /** The largest answer that is stored, in bytes; a larger one is served all the same. */
  readonly maxEntryBytes: number;
  /** Told how the cache took part in each call that it could have answered. */
  readonly onUse: (use: 'hit' | 'miss' | 'coalesced') => void;
}

/**
 * Where a flight is found by others; empty once it is over. A Map that is always in use grows a chain of outgrown tables,
 * each of which keeps what the one before it held until the next full collection: that must be little.
 */
interface Berth {
  flight: Flight | undefined;
}

/** A call that the cache takes part in. */
interface Question {
  readonly call: Call;
  readonly digest: string;
  /** In the plan's order. */
  readonly keys: readonly string[];
  readonly targets: readonly Target[];
}

/**
 * Answers repeats from the store and lets equal calls that run at the same time share one upstream call. Only complete
 * replies with status 200 are stored, under the target that answered; streams are replayed as streams. Needs a plan (or a
 * target) in the call; without one, and for calls that are not to be cached, it steps aside.
 *
 * The next exchange is called with a signal of the flight instead of the caller's, and must end when it aborts.
 *
 * @throws GatewayError `cache_only_miss` when the call asks for a stored answer only and there is none
 */
export const withCache = (options: WithCacheOptions): Interceptor => {
  const { store, clock, sampling, scopeOf, ttlMs, flightTimeoutMs, maxEntryBytes, onUse } = options;
  const ignoredHeaders = new Set(options.ignoredHeaders);

  const toQuestion = (call: Call): Question | undefined => {
    const targets = call.plan?.candidates.map(({ target }) => target) ?? (call.target ? [call.target] : []);
    if (targets.length === 0) return undefined;
    try {
      const digest = digestRequest(call, scopeOf(call.context.principal), ignoredHeaders);
      return { call, digest, targets, keys: targets.map((target) => keyFor(digest, target)) };
    } catch (thrown) {
      // Nested more deeply than the stack allows: such a request is answered, not cached.
      if (thrown instanceof RangeError) return undefined;
      throw thrown;
    }
  };

  const put = ({ digest, targets, keys }: Question, { reply, outcome, bytes }: CompleteFlight): void => {
    if (reply.status !== 200) return;
    const { target, dialect, framing, status, headers, losses } = reply;
    const { usage, finishReason } = outcome;
    const storedAtMs = clock.epochMs();
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
      expiresAtMs: storedAtMs + ttlMs,
    });
  };

  return (next: Exchange): Exchange => {
    const flights = new Map<string, Berth>();

    const startFlight = (question: Question, flightKey: string, shares: boolean): Flight => {
      const { call } = question;
      const berth: Berth = { flight: undefined };
      const flight = createFlight({
        call: (signal) => next({ ...call, context: { ...call.context, signal } }),
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
      const running = shares ? flights.get(flightKey)?.flight : undefined;
      if (running?.isJoinable() === true) {
        onUse('coalesced');
        return running.join(context.signal, 'coalesced').catch((cause: unknown) => {
          if (isTheLeadersAlone(cause) && !context.signal.aborted) return ask(question);
          throw cause;
        });
      }
      onUse('miss');
      return startFlight(question, flightKey, shares).join(context.signal, 'miss');
    };

    const hit = (entry: Entry): Reply => {
      onUse('hit');
      return toReply(entry, clock.epochMs());
    };
    const miss = (question: Question): Promise<Reply> => {
      if (question.call.context.cacheMode !== 'only') return ask(question);
      onUse('miss');
      return Promise.reject(nothingStored(question.targets));
    };

    return (call) => {
      if (!isCacheable(call, sampling)) return next(call);
      const question = toQuestion(call);
      if (question === undefined)
        return call.context.cacheMode === 'only' ? Promise.reject(nothingStored([])) : next(call);
      if (call.context.cacheMode === 'refresh') return ask(question);

      const accepts = call.context.strict ? isLossless : always;
      const found = store.find(question.keys, accepts);
      if (found instanceof Promise) return found.then((entry) => (entry ? hit(entry) : miss(question)));
      return found === undefined ? miss(question) : Promise.resolve(hit(found));
    };
  };
};

const always = (): boolean => true;
/** A strict client is refused rather than given an answer to half its question. */
const isLossless = (entry: Entry): boolean => entry.losses.length === 0;

/** Calls share only what each of them could have got alone: an answer from a target of its own plan. */
const toFlightKey = ({ keys, call }: Question): string =>
  `${call.context.strict ? 'strict ' : ''}${keys.length === 1 ? keys[0] : [...keys].sort().join(' ')}`;

/** The others asked for the same and are still there: the first one's leaving says nothing about their answer. */
const isTheLeadersAlone = (cause: unknown): boolean => cause instanceof GatewayError && cause.code === 'client_aborted';

const nothingStored = (targets: readonly Target[]): GatewayError =>
  new GatewayError(
    'cache_only_miss',
    targets.length === 0 ? 'it cannot be cached' : targets.map(targetName).join(', '),
  );
