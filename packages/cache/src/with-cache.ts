import { GatewayError, targetName, toGatewayError } from '@claudette/core';
import type { CacheStatus, Call, Clock, Interceptor, NotStoredReason, Reply, Target } from '@claudette/core';

import { acceptsFresh, acceptsStale } from './entry/acceptance.js';
import { keyFor } from './key/cache-key.js';
import type { CachePolicy } from './cache-policy.js';
import type { Entry } from './entry/entry.js';
import { toEntry } from './entry/to-entry.js';
import { createFlight } from './flight/flight.js';
import type { CompleteFlight, Flight, FlightOptions } from './flight/flight.js';
import { createLeaseTurns } from './flight/lease-turns.js';
import type { LeaseTurns, Turn } from './flight/lease-turns.js';
import { wantsNew } from './key/sampling.js';
import { createQuestions, toFlightKey } from './key/question.js';
import type { Question } from './key/question.js';
import type { ReplyStore } from './reply-store.js';
import type { SecondTier } from './second-tier/second-tier.js';
import { isOutage, maxStaleMsOf } from './stand-in.js';
import { whyNotStored } from './storable.js';
import { toReply } from './entry/to-reply.js';

/** How the cache took part in a call that it could have answered. `stale` comes after the `miss` or `coalesced` that failed. */
export type CacheUse = Exclude<CacheStatus, 'bypass'>;

/** How the cache would take part in a call. */
export type CacheForecast = Exclude<CacheStatus, 'stale'>;

/** What calls that are shared among processes need of the second tier. */
export type SharedTier = Pick<SecondTier, 'leases' | 'written' | 'stats'>;

export interface WithCacheOptions extends CachePolicy {
  readonly store: ReplyStore;
  readonly clock: Clock;
  /** The largest answer that is stored, in bytes; a larger one is served all the same. */
  readonly maxEntryBytes: number;
  /** Where processes share entries, and calls, if it has leases. Absent: memory only. */
  readonly secondTier?: SharedTier | undefined;
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
  /** The budget of whoever started it, where that was shorter than the configuration's. */
  readonly timeoutMs: number | undefined;
  /** On the clock's `now()`. */
  readonly startedAt: number;
}

type OpenBerth = Berth & { readonly flight: Flight };

/**
 * Answers repeats from the store and lets equal calls that run at the same time share one upstream call. Only complete
 * replies with status 200 are stored, under the target that answered; streams are replayed as streams. Where every backend
 * fails, an expired answer may stand in. Needs a plan (or a target) in the call; without one, and for calls that are not
 * to be cached, it steps aside.
 *
 * Processes whose second tier has leases share calls too: one makes the call, and the others answer with what it stored,
 * when it is stored; they take over when nothing was, or when that process has died.
 *
 * The next exchange is called with a signal of the flight instead of the caller's, and must end when it aborts.
 *
 * @throws GatewayError `cache_only_miss` when the call asks for a stored answer only and there is none
 */
export const withCache = (options: WithCacheOptions): CacheInterceptor => {
  const { store, clock, ttlMs, flightTimeoutMs, maxEntryBytes, onUse } = options;
  const { maxStaleMs = 0, staleMs = maxStaleMs, costOf, secondTier } = options;
  const toQuestion = createQuestions(options);
  const flights = new Map<string, Berth>();
  const turns = secondTier && toTurns(secondTier, clock);

  /** Who asks after a removal wants an answer of after it. */
  const isJoinable = (berth: Berth | undefined): berth is OpenBerth =>
    berth?.flight?.isJoinable() === true && !store.hasRemovedSince(berth.startedAt);

  const put = (question: Question, complete: CompleteFlight): string | undefined => {
    const { call } = question;
    const why = whyNotStored(call, complete);
    if (why !== undefined) {
      tellNotStored(call, why);
      return undefined;
    }
    const { reply, outcome, startedAt } = complete;
    const { target } = reply;
    const costNano = costOf?.(target, outcome.usage);
    const entry = toEntry(question, complete, clock, { ttlMs, staleMs, costNano });
    const key = keyFor(entry.digest, target);
    store.put(key, entry, startedAt);
    return key;
  };

  const hit = (entry: Entry, call: Call): Reply => {
    onUse('hit');
    return toReply(entry, 'hit', call, clock);
  };
  const refuse = ({ targets }: Question): Promise<never> => {
    onUse('miss');
    return Promise.reject(nothingStored(targets));
  };
  const standIn = async ({ call, keys }: Question, cause: unknown, allowedMs: number): Promise<Reply> => {
    const entry = isOutage(cause) ? await store.find(keys, acceptsStale(call, allowedMs)) : undefined;
    if (entry === undefined) throw cause;
    onUse('stale');
    return toReply(entry, 'stale', call, clock);
  };

  const wrap: Interceptor = (next) => {
    const startFlight = (question: Question, flightKey: string, shares: boolean): Flight => {
      const { call, keys } = question;
      const berth: Berth = { flight: undefined, timeoutMs: call.context.timeoutMs, startedAt: clock.now() };
      let turn: Turn | undefined;

      const callUpstream: FlightOptions['call'] = (signal, observe) => {
        onUse('miss');
        return next({ ...call, context: { ...call.context, signal, observe } });
      };
      const callInTurn =
        (turnsOfAll: LeaseTurns): FlightOptions['call'] =>
        async (signal, observe) => {
          const awaited = await turnsOfAll.next(flightKey, () => store.peek(keys, acceptsFresh(call)), signal);
          if (signal.aborted) awaited.turn?.end();
          signal.throwIfAborted();
          if (awaited.answer !== undefined) {
            onUse('coalesced');
            return toSharedReply(awaited.answer, call, clock);
          }
          turn = awaited.turn;
          return callUpstream(signal, observe);
        };
      const flight = createFlight({
        call: turns !== undefined && shares && isKept(call, ttlMs) ? callInTurn(turns) : callUpstream,
        clock,
        totalMs: flightTimeoutMs,
        maxKeptBytes: maxEntryBytes,
        onEnd(complete, why) {
          berth.flight = undefined;
          if (flights.get(flightKey) === berth) flights.delete(flightKey);
          if (why !== undefined) tellNotStored(call, why);
          // What another process answered, it has stored.
          const isOurs = complete?.reply.cache !== 'coalesced';
          const key = complete && isOurs ? put(question, complete) : undefined;
          turn?.end(key === undefined ? undefined : secondTier?.written(key));
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
      const shares = !wantsNew(context);
      const berth = shares ? flights.get(flightKey) : undefined;
      if (isJoinable(berth)) {
        const { flight, timeoutMs } = berth;
        onUse('coalesced');
        return flight.join(context).catch((cause: unknown) => {
          if (isTheLeadersAlone(cause, timeoutMs, context.timeoutMs) && !context.signal.aborted) return ask(question);
          throw cause;
        });
      }
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
      if (wantsNew(call.context)) return askOrStandIn(question);
      const found = store.find(question.keys, acceptsFresh(call));
      if (found instanceof Promise) return found.then((entry) => (entry ? hit(entry, call) : miss(question)));
      return found === undefined ? miss(question) : Promise.resolve(hit(found, call));
    };
  };

  const peek = async (call: Call): Promise<CacheForecast> => {
    const question = toQuestion(call);
    if (question === undefined) return 'bypass';
    if (wantsNew(call.context)) return 'miss';
    if ((await store.peek(question.keys, acceptsFresh(call))) !== undefined) return 'hit';
    if (call.context.cacheMode === 'only') return 'miss';
    return isJoinable(flights.get(toFlightKey(question))) ? 'coalesced' : 'miss';
  };

  return Object.assign(wrap, { peek });
};

const tellNotStored = ({ context }: Call, reason: NotStoredReason): void =>
  context.observe({ kind: 'cache-not-stored', reason });

/**
 * The others asked for the same and are still there: that the first one left, or found no answer in less time than they
 * have, says nothing about theirs.
 */
const isTheLeadersAlone = (cause: unknown, leadersMs = Infinity, ownMs = Infinity): boolean =>
  (cause instanceof GatewayError && cause.code === 'client_aborted') || (leadersMs < ownMs && isOutage(cause));

/** Whether others can find the answer afterwards, and whether this call would take the one they find. */
const isKept = ({ context }: Call, ttlMs: number): boolean =>
  ttlMs > 0 && context.noStore !== true && context.maxAgeMs === undefined;

const toTurns = (secondTier: SharedTier, clock: Clock): LeaseTurns | undefined =>
  secondTier.leases &&
  createLeaseTurns({ leases: secondTier.leases, clock, isAvailable: () => secondTier.stats().available });

/** The answer to a call of another process, which has paid for it. */
const toSharedReply = (entry: Entry, { request, context }: Call, clock: Clock): Reply => ({
  // At once, as it is for many.
  ...toReply(entry, 'hit', { request, context: { ...context, pace: undefined } }, clock),
  cache: 'coalesced',
  ageMs: undefined,
});

const nothingStored = (targets: readonly Target[]): GatewayError =>
  new GatewayError(
    'cache_only_miss',
    targets.length === 0 ? 'it cannot be cached' : targets.map(targetName).join(', '),
  );
