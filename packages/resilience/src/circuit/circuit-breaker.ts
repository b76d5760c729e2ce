import { GatewayError, toGatewayError, UpstreamError } from '@claudette/core';
import type { Call, Exchange, Outcome, Reply, Target } from '@claudette/core';

import type { BreakerLimits, BreakerOptions } from './breaker-options.js';
import { createCircuit } from './circuit.js';
import type { Blame, Circuit } from './circuit.js';
import { countsAgainstTarget, failureClassOf } from '../failure-class.js';

/** A circuit and the calls that go through it. */
export interface CircuitBreaker {
  readonly circuit: Circuit;
  /** Makes the call, or rejects with `circuit_open` without making it. The reply is handed on as soon as it is there. */
  run(call: Call, next: Exchange): Promise<Reply>;
}

/** A call that was let in. */
interface Passage {
  readonly period: number;
  readonly startedAtMs: number;
  readonly stream: boolean;
  /** What it has shown so far. */
  shown: 'nothing' | 'answer' | 'fault';
  /** Whether it was told that its first content is late. */
  slow: boolean;
}

/**
 * Watches the calls to one target and tells its circuit what they show.
 *
 * | what happens to a call                                | ordinary call | probe   |
 * |-------------------------------------------------------|---------------|---------|
 * | its answer begins                                     | -             | passed  |
 * | a stream has no content after `slowFirstContentMs`    | slow          | failed  |
 * | it ends well, is read no further, or was asked wrongly | succeeded    | passed  |
 * | it fails, and the target is to blame                  | failed        | failed  |
 * | it fails otherwise: client gone, limits of our own    | nothing       | nothing |
 *
 * A probe passes with the beginning of its answer: the end of a long one would keep a healthy target shut for minutes.
 * When the answer breaks off after all, it has failed.
 */
export function createCircuitBreaker(
  target: Target,
  options: BreakerOptions,
  limitsOf: () => BreakerLimits,
): CircuitBreaker {
  const { clock } = options;
  const circuit = createCircuit(target, options, limitsOf);
  /** Calls without an answer, in order of their start. */
  const waiting = new Set<Passage>();

  const hasSay = ({ period }: Passage): boolean => period === circuit.period;

  const pass = (passage: Passage): void => {
    if (!circuit.probing) return circuit.answered();
    if (passage.shown !== 'nothing') return;
    passage.shown = 'answer';
    circuit.probePassed();
  };
  const tell = (passage: Passage, failed: boolean | undefined, slow: boolean | undefined, blame?: Blame): void =>
    circuit.see({ atMs: clock.now(), startedAtMs: passage.startedAtMs, failed, slow }, blame);

  const succeed = (passage: Passage): void => {
    if (!hasSay(passage)) return;
    if (circuit.probing) pass(passage);
    else tell(passage, false, passage.stream && !passage.slow ? false : undefined);
  };
  const failProbe = (passage: Passage, blame: Blame): void => {
    const { shown } = passage;
    passage.shown = 'fault';
    if (shown !== 'fault') circuit.probeFailed(blame, shown === 'answer');
  };
  const fail = (passage: Passage, cause: GatewayError): void => {
    if (!hasSay(passage)) return;
    const blame = toBlame(cause);
    if (circuit.probing) failProbe(passage, blame);
    else tell(passage, true, undefined, blame);
  };
  const drag = (passage: Passage): void => {
    passage.slow = true;
    if (!hasSay(passage)) return;
    const blame: Blame = { failureClass: 'timeout', why: `no content in ${limitsOf().slowFirstContentMs} ms` };
    if (circuit.probing) failProbe(passage, blame);
    else tell(passage, undefined, true, blame);
  };

  /** Who waits too long is known before it ends: a target that hangs is noticed by the calls that come after. */
  const lookForSlow = (): void => {
    const latestMs = clock.now() - limitsOf().slowFirstContentMs;
    for (const passage of waiting) {
      if (passage.startedAtMs > latestMs) return;
      waiting.delete(passage);
      if (passage.stream) drag(passage);
    }
  };

  const onReply = (passage: Passage, reply: Reply): void => {
    lookForSlow();
    waiting.delete(passage);
    if (hasSay(passage)) pass(passage);
    void reply.outcome.then(({ cause }: Outcome) => {
      if (cause !== undefined && countsAgainstTarget(cause.code)) fail(passage, cause);
      else succeed(passage);
    });
  };
  const onRejection = (passage: Passage, cause: GatewayError, patienceMs: number): void => {
    waiting.delete(passage);
    const answered = cause instanceof UpstreamError && cause.fault.status !== undefined;
    // Who has less time than a stream may take for its first content learns nothing about the target.
    const impatient = cause.code === 'upstream_timeout' && !answered && patienceMs < limitsOf().slowFirstContentMs;
    if (countsAgainstTarget(cause.code) && !impatient) fail(passage, cause);
    else if (answered) succeed(passage);
    else if (hasSay(passage) && circuit.probing && passage.shown === 'nothing') circuit.probeLeft();
  };

  return {
    circuit,
    run(call, next) {
      lookForSlow();
      const refusal = circuit.enter(waiting.size);
      if (refusal !== undefined) return Promise.reject(new GatewayError('circuit_open', refusal));
      const { stream } = call.request;
      const passage: Passage = {
        period: circuit.period,
        startedAtMs: clock.now(),
        stream,
        shown: 'nothing',
        slow: false,
      };
      waiting.add(passage);
      const answer = next(call);
      void answer.then(
        (reply) => onReply(passage, reply),
        (thrown: unknown) => onRejection(passage, toGatewayError(thrown), call.commitWithinMs ?? Infinity),
      );
      return answer;
    },
  };
}

const toBlame = (cause: GatewayError): Blame => ({
  failureClass: failureClassOf(cause.code),
  why: cause.code,
  retryAfterMs: cause instanceof UpstreamError ? cause.fault.retryAfterMs : undefined,
});
