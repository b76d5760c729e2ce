import { createCallController, GatewayError, toGatewayError, UpstreamError } from '@claudette/core';
import type {
  Call,
  CallSignal,
  Candidate,
  Exchange,
  GatewayErrorCode,
  Observation,
  Outcome,
  Plan,
  Reply,
  Target,
  UpstreamFault,
} from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import type { FakeClock } from '@claudette/testing';

import type { AttemptPolicy } from '../attempts/attempt-state.js';
import type { RetryBudget } from '../attempts/retry-budget.js';
import { withAttempts } from '../attempts/with-attempts.js';

const targets = new Map<string, Target>();

/** The target `<backend>/m`; always the same object. */
export const target = (backend: string): Target => {
  const made = targets.get(backend) ?? { backend, model: 'm', provider: 'openai', dialect: 'openai-chat' };
  targets.set(backend, made);
  return made;
};

export const candidate = (backend: string, available = true): Candidate => ({
  target: target(backend),
  score: 1,
  measures: {
    priority: 1,
    position: 1,
    available,
    latencyMs: undefined,
    successRate: 1,
    inFlight: 0,
    standing: { cost: undefined, latency: undefined, availability: 1 },
  },
  estimate: {
    inputTokens: 1,
    outputTokens: 1,
    costNano: undefined,
    firstContentMs: undefined,
    durationMs: undefined,
  },
  notes: [],
});

/** A plan of these backends. One whose name begins with `!` is not available. */
export const planOf = (backends: readonly string[], hedgeAfterMs?: number): Plan => ({
  strategy: 'weighted',
  candidates: backends.map((name) => candidate(name.replace('!', ''), !name.startsWith('!'))),
  rejected: [],
  hedgeAfterMs,
});

export const upstream = (code: GatewayErrorCode, fault: Partial<UpstreamFault> = {}): UpstreamError =>
  new UpstreamError(code, 'detail', { backend: 'a', ...fault });

/** A budget that the test fills. */
export const budgetOf = (extra: number): RetryBudget & { readonly begun: number } => {
  let left = extra;
  let begun = 0;
  return {
    begin: () => void (begun += 1),
    take() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
    get left() {
      return left;
    },
    get begun() {
      return begun;
    },
  };
};

/** What one attempt does. `deaf` goes on in spite of an abort, `hang` never ends without one. */
export interface Step {
  readonly does: 'commit' | 'fail' | 'hang' | 'throw';
  readonly afterMs?: number;
  readonly error?: unknown;
  readonly deaf?: boolean;
}

export const commits = (afterMs = 10): Step => ({ does: 'commit', afterMs });
export const fails = (error: unknown, afterMs = 10): Step => ({ does: 'fail', error, afterMs });
export const hangs: Step = { does: 'hang' };

/** One call that reached the upstreams. */
export interface Sent {
  readonly backend: string;
  readonly atMs: number;
  readonly commitWithinMs: number | undefined;
  readonly signal: CallSignal;
  /** Why it was ended, by its signal or by its reply's cancel. */
  endedBy: GatewayErrorCode | undefined;
  /** Neither rejected nor settled. */
  live: boolean;
  /** Ends its reply, if it committed. */
  finish: (outcome: Outcome) => void;
}

export interface BenchOptions {
  readonly backends?: readonly string[];
  readonly hedgeAfterMs?: number | undefined;
  readonly stream?: boolean;
  /** After the start of the call. It aborts the signal, as the real deadline does. */
  readonly deadlineMs?: number | undefined;
  readonly policy?: Partial<AttemptPolicy>;
  readonly budget?: RetryBudget;
  readonly clock?: FakeClock;
}

/** Upstreams that play one step per attempt on a fake clock, and an exchange over them. */
export function startAttemptsBench(script: readonly Step[], options: BenchOptions = {}) {
  const { clock = createFakeClock(), budget = budgetOf(100), stream = false } = options;
  const client = createCallController();
  const seen: Observation[] = [];
  const sent: Sent[] = [];
  const replies: Reply[] = [];

  const replyFor = (record: Sent, answering: Target, deaf: boolean): Reply => {
    let settle: (outcome: Outcome) => void = () => undefined;
    const outcome = new Promise<Outcome>((resolve) => (settle = resolve));
    record.finish = (end) => {
      record.live = false;
      settle(end);
    };
    const cancel = (reason: GatewayError): void => {
      if (!record.live) return;
      record.endedBy = reason.code;
      record.finish({ kind: reason.domain === 'caller' ? 'abandoned' : 'failed', cause: reason, receivedBytes: 0 });
    };
    if (!deaf) record.signal.addEventListener('abort', () => cancel(toGatewayError(record.signal.reason)));
    const reply: Reply = {
      target: answering,
      dialect: 'openai-chat',
      framing: stream ? 'sse' : 'json',
      status: 200,
      headers: {},
      bytes: (async function* () {})(),
      outcome,
      losses: [],
      cache: 'bypass',
      attempts: 1,
      cancel,
    };
    replies.push(reply);
    return reply;
  };

  const upstreams: Exchange = (call) => {
    const answering = call.target ?? target('none');
    const { signal } = call.context;
    const step = script[sent.length] ?? commits();
    const record: Sent = {
      backend: answering.backend,
      atMs: clock.now(),
      commitWithinMs: call.commitWithinMs,
      signal,
      endedBy: undefined,
      live: true,
      finish: () => undefined,
    };
    sent.push(record);
    if (step.does === 'throw') {
      record.live = false;
      throw step.error;
    }
    return new Promise((resolve, reject) => {
      const timers: (() => void)[] = [];
      const fail = (error: unknown): void => {
        for (const stop of timers) stop();
        signal.removeEventListener('abort', onAbort);
        record.live = false;
        reject(error);
      };
      const onAbort = (): void => {
        record.endedBy = toGatewayError(signal.reason).code;
        fail(new Error('socket destroyed'));
      };
      const end = (): void => {
        for (const stop of timers) stop();
        signal.removeEventListener('abort', onAbort);
        if (step.does === 'fail') fail(step.error);
        else resolve(replyFor(record, answering, step.deaf ?? false));
      };
      if (signal.aborted) return onAbort();
      if (!step.deaf) signal.addEventListener('abort', onAbort, { once: true });
      if (step.does !== 'hang') timers.push(clock.after(step.afterMs ?? 0, end));
      if (call.commitWithinMs !== undefined) {
        timers.push(clock.after(call.commitWithinMs, () => fail(upstream('upstream_timeout'))));
      }
    });
  };

  const deadlineAtMs = options.deadlineMs === undefined ? undefined : clock.now() + options.deadlineMs;
  const call: Call = {
    original: undefined,
    operation: 'generate',
    request: { model: 'm', messages: [], stream, streamUsage: false, tools: [], foreign: [] },
    plan: planOf(options.backends ?? ['a', 'b'], options.hedgeAfterMs),
    target: undefined,
    commitWithinMs: undefined,
    context: {
      id: 'x1',
      principal: { id: 'local', name: 'local' },
      signal: client.signal,
      observe: (observation) => void seen.push(observation),
      cacheMode: 'default',
      deadlineAtMs,
      strict: false,
      tags: [],
    },
  };
  const policy: AttemptPolicy = { maxAttempts: 3, backoffMs: () => 500, ...options.policy };
  const exchange = withAttempts({ policy, budget, clock })(upstreams);

  /** As `withDeadline` does it. */
  const ask = async (): Promise<Reply> => {
    const stop =
      options.deadlineMs === undefined
        ? undefined
        : clock.after(options.deadlineMs, () => client.abort(new GatewayError('deadline_exceeded', 'the budget')));
    try {
      return await exchange(call);
    } finally {
      stop?.();
    }
  };

  return {
    clock,
    client,
    budget,
    seen,
    sent,
    replies,
    call,
    exchange,
    ask,
    tried: () => sent.map(({ backend }) => backend),
    live: () => sent.filter(({ live }) => live).length,
    ofKind: <K extends Observation['kind']>(kind: K): Extract<Observation, { kind: K }>[] =>
      seen.filter((one): one is Extract<Observation, { kind: K }> => one.kind === kind),
  };
}

export type AttemptsBench = ReturnType<typeof startAttemptsBench>;

/** The promise's end as a value, so that it may come before somebody looks at it. */
export const settled = <T>(promise: Promise<T>): Promise<{ readonly reply?: T; readonly error?: GatewayError }> =>
  promise.then(
    (reply) => ({ reply }),
    (thrown: unknown) => ({ error: toGatewayError(thrown) }),
  );

/** Asks, lets the time pass, and returns how it ended. */
export const askAndWait = async (bench: AttemptsBench, ms = 60_000) => {
  const end = settled(bench.ask());
  await bench.clock.advanceAsync(ms);
  return end;
};
