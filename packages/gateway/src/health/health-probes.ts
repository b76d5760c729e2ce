import type { Clock } from '@claudette/core';
import { createCallController, GatewayError } from '@claudette/core';

import type { Backend } from '../backend.js';
import type { CallerOptions } from '../upstream/request-headers.js';
import type { Finding, HealthBoard } from './health-board.js';
import { probeBackend } from './probe.js';

export interface HealthProbesOptions extends CallerOptions {
  readonly backends: readonly Backend[];
  /** Told what each probe finds. */
  readonly board: HealthBoard;
  readonly clock: Clock;
  /** Numbers from 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** How often an idle backend is asked, in milliseconds; 0: never. */
  readonly intervalMs: number;
}

/** Asks backends how they are, beside the path of requests. Whoever creates it closes it. */
export interface HealthProbes {
  /**
   * Asks each backend from now on, the first time after one interval: not at all when the interval is 0, and not those
   * that requests show to be well.
   */
  start(): void;
  /** Asks these now, or joins who asks them already. Resolves when the board knows; never rejects. */
  ask(backends: readonly Backend[]): Promise<void>;
  /** Asks no more by itself; who waits for an answer gets it. */
  stop(): void;
  /** As `stop`, and ends the probes that are under way. */
  close(): void;
}

const MAX_AT_ONCE = 8;

/** What cannot be reached is looked for more often, so that it is used again soon after it returns. */
const MISSING_INTERVAL_MS = 5_000;

/** Of the interval, more or less: many gateways started at once do not go on asking at once. */
const JITTER = 0.1;

/** Creates probes that do nothing until they are started or asked. */
export function createHealthProbes(options: HealthProbesOptions): HealthProbes {
  const { backends, board, clock, random, intervalMs } = options;
  const closing = createCallController();
  const probe = { ...options, signal: closing.signal };
  const asking = new Map<string, Promise<Finding | undefined>>();
  const timers = new Map<string, () => void>();
  const waiting: (() => void)[] = [];
  let free = MAX_AT_ONCE;
  let isStopped = false;

  const takeTurn = async (): Promise<void> => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
  };
  const passTurn = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };

  const look = async (backend: Backend): Promise<Finding | undefined> => {
    await takeTurn();
    const finding = await probeBackend(backend, probe);
    passTurn();
    asking.delete(backend.name);
    if (finding !== undefined && !closing.signal.aborted) board.report(backend.name, finding);
    return finding;
  };

  const ask = (backend: Backend): Promise<Finding | undefined> => {
    const asked = asking.get(backend.name) ?? look(backend);
    asking.set(backend.name, asked);
    return asked;
  };

  const schedule = (backend: Backend, delayMs: number): void => {
    const jittered = delayMs * (1 - JITTER + 2 * JITTER * random());
    timers.set(
      backend.name,
      clock.after(jittered, () => void turn(backend)),
    );
  };

  const turn = async (backend: Backend): Promise<void> => {
    const finding = board.hasServedWithin(backend.name, intervalMs) ? undefined : await ask(backend);
    if (isStopped) return;
    schedule(backend, finding?.kind === 'unreachable' ? Math.min(MISSING_INTERVAL_MS, intervalMs) : intervalMs);
  };

  const stop = (): void => {
    isStopped = true;
    for (const stopTimer of timers.values()) stopTimer();
  };

  return {
    start() {
      if (intervalMs === 0 || timers.size > 0 || isStopped) return;
      for (const backend of backends) schedule(backend, intervalMs);
    },
    async ask(some) {
      await Promise.all(some.map(ask));
    },
    stop,
    close() {
      stop();
      closing.abort(new GatewayError('draining', 'the gateway is closing'));
    },
  };
}
