/**
 * What a target does over time. A trace is a list of spans `{ fromMs, toMs, answer }`; outside them the target is healthy.
 * An answer is `{ afterMs, code?, retryAfterMs? }`: without a code it is a success. Every number is drawn from the seed,
 * so that each breaker meets the same target.
 */

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export const seededRandom = (seed) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Traffic has filled every window with successes by then. */
const FAULT_BEGINS_MS = 30_000;
/** Longer than any breaker here needs to come back: a stalled probe and a wait, 30 s each. */
const AFTERMATH_MS = 75_000;

const between = (random, from, to) => Math.round(from + random() * (to - from));

/** From the call to the first content of its answer, where all three see it end. */
export const healthy = (random) => ({ afterMs: between(random, 400, 1200) });

const failing = (code, fromMs, toMs) => (random) => ({ afterMs: between(random, fromMs, toMs), code });
const refusing = failing('upstream_unreachable', 5, 20);
const breaking = failing('upstream_broken', 50, 200);
const erring = failing('upstream_failed', 50, 200);
/** One outage in two is a process that is gone, the other a service that answers with errors. */
const down = (random) => (random() < 0.5 ? refusing : erring);
/** Nothing comes until the attempt is given up. */
const stalling = (limitMs) => () => ({ afterMs: limitMs, code: 'upstream_timeout' });

const one = (lengthMs, answer) => [{ fromMs: FAULT_BEGINS_MS, toMs: FAULT_BEGINS_MS + lengthMs, answer }];

const flaps = (random) => {
  const spans = [];
  let fromMs = FAULT_BEGINS_MS;
  while (fromMs < FAULT_BEGINS_MS + 180_000) {
    const toMs = fromMs + between(random, 5_000, 15_000);
    spans.push({ fromMs, toMs, answer: breaking });
    fromMs = toMs + between(random, 10_000, 20_000);
  }
  return spans;
};

/** @type {readonly { readonly name: string, readonly spans: (random: () => number, limitMs: number) => object[] }[]} */
const kinds = [
  { name: 'short outage', spans: (random, spread) => one(spread(5_000, 15_000), down(random)) },
  { name: 'long outage', spans: (random, spread) => one(spread(240_000, 360_000), down(random)) },
  { name: 'flapping', spans: flaps },
  {
    name: 'rate limit',
    spans(random, spread) {
      const lengthMs = spread(20_000, 60_000);
      const answer = (_, nowMs) => ({
        afterMs: between(random, 20, 60),
        code: 'upstream_rate_limited',
        retryAfterMs: Math.ceil((FAULT_BEGINS_MS + lengthMs - nowMs) / 1000) * 1000,
      });
      return one(lengthMs, answer);
    },
  },
  { name: 'slow', spans: (_, spread, limitMs) => one(spread(60_000, 120_000), stalling(limitMs)) },
  {
    name: 'half failing',
    spans: (_, spread) => one(spread(90_000, 150_000), (chance) => (chance() < 0.5 ? erring(chance) : healthy(chance))),
  },
];

export const traceNames = kinds.map(({ name }) => name);

/**
 * One of `count` traces of a kind. The lengths of their faults are spread evenly over the range, so that few traces meet
 * every phase of a breaker's waits.
 */
export const drawTrace = (name, number, count, limitMs) => {
  const { spans } = kinds.find((kind) => kind.name === name);
  const spread = (from, to) => Math.round(from + ((number + 0.5) / count) * (to - from));
  const drawn = spans(seededRandom(number * 10), spread, limitMs);
  const endsMs = drawn.at(-1).toMs;
  return { spans: drawn, beginsMs: FAULT_BEGINS_MS, endsMs, untilMs: endsMs + AFTERMATH_MS };
};
