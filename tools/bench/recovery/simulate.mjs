/** Runs one breaker through one trace on virtual time. */
import { mock } from 'node:test';

import { healthy, seededRandom } from './fault-traces.mjs';

/** Promise callbacks of one moment run before time goes on; twice as many turns as the longest chain here has links. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await undefined;
};

/** Things to do, in order of time. A binary heap, because a stalled call is due long after those that came later. */
const createAgenda = () => {
  const heap = [];
  const isBefore = (a, b) =>
    heap[a].atMs < heap[b].atMs || (heap[a].atMs === heap[b].atMs && heap[a].turn < heap[b].turn);
  const swap = (a, b) => ([heap[a], heap[b]] = [heap[b], heap[a]]);
  let turn = 0;
  return {
    add(atMs, run) {
      heap.push({ atMs, run, turn: (turn += 1) });
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (!isBefore(at, parent)) break;
        swap(at, parent);
        at = parent;
      }
    },
    next() {
      if (heap.length === 0) return undefined;
      swap(0, heap.length - 1);
      const due = heap.pop();
      for (let at = 0; ;) {
        let first = at;
        for (const child of [2 * at + 1, 2 * at + 2]) if (child < heap.length && isBefore(child, first)) first = child;
        if (first === at) break;
        swap(at, first);
        at = first;
      }
      return due;
    },
  };
};

/**
 * @returns {Promise<{ requests: number, failed: number, wasted: number, recoveryMs: number }>} requests and failures
 *   from the beginning of the fault on; `recoveryMs` from its end until the last request that failed had come
 */
export const simulate = async ({ createBreaker, trace, seed, perSecond, UpstreamError }) => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 0 });
  const agenda = createAgenda();
  const arrivals = seededRandom(seed + 1);
  const answers = seededRandom(seed + 2);
  const result = { requests: 0, failed: 0, wasted: 0, recoveryMs: 0 };

  const send = () =>
    new Promise((resolve, reject) => {
      const now = Date.now();
      const span = trace.spans.find(({ fromMs, toMs }) => now >= fromMs && now < toMs);
      const { afterMs, code, retryAfterMs } = (span?.answer ?? healthy)(answers, now);
      agenda.add(now + afterMs, () => {
        if (code === undefined) return resolve();
        result.wasted += 1;
        const fault = { backend: 'one', ...(retryAfterMs !== undefined && { retryAfterMs, status: 429 }) };
        return reject(new UpstreamError(code, 'the trace says so', fault));
      });
    });

  const breaker = createBreaker(seededRandom(seed + 3));
  const call = breaker.protect(send);
  const arrive = () => {
    const cameAt = Date.now();
    if (cameAt >= trace.beginsMs) result.requests += 1;
    call().catch(() => {
      result.failed += 1;
      if (cameAt >= trace.endsMs) result.recoveryMs = Math.max(result.recoveryMs, cameAt - trace.endsMs);
    });
    const nextAt = cameAt + Math.max(1, Math.round((-Math.log(1 - arrivals()) * 1000) / perSecond));
    if (nextAt < trace.untilMs) agenda.add(nextAt, arrive);
  };
  agenda.add(1, arrive);

  for (let due = agenda.next(); due !== undefined; due = agenda.next()) {
    const waitMs = due.atMs - Date.now();
    if (waitMs > 0) mock.timers.tick(waitMs);
    due.run();
    await settle();
  }
  breaker.stop();
  mock.timers.reset();
  return result;
};
