import { GatewayError, toGatewayError } from '@claudette/core';
import type { ReloadReport } from '@claudette/gateway';

import type { Greeting } from '../greet.js';
import { waitingTimers } from '../life-cycle/waiting-timers.js';
import type { LaunchedWorker } from './launch-worker.js';
import { launchWorker } from './launch-worker.js';
import { createRestartPolicy, MOST_DEATHS, MOST_REST_MS } from './restart-policy.js';
import { createWorkerMetrics } from './worker-metrics.js';

export interface WorkerSetOptions {
  readonly size: number;
  readonly tell: (line: string) => void;
  readonly now: () => number;
}

/** The processes that serve, as many as wanted: one that dies is replaced. */
export interface WorkerSet {
  /**
   * Starts them all; the first one goes ahead, so that files are made and brought up to date once, and what is wrong is
   * said once. Rejects with what keeps the first one from serving.
   */
  start(): Promise<Greeting>;
  /** Resolves when too many have died; they are not replaced any more. */
  readonly gaveUp: Promise<GatewayError>;
  /** Has them read the configuration anew, one after the other, up to one that refuses it. */
  reload(): Promise<ReloadReport>;
  /** Drains them all at the same time. Resolves with what went wrong when the last one has ended. */
  stop(): Promise<readonly string[]>;
  /** Ends them at once. */
  kill(): void;
}

const RELOAD_WITHIN_MS = 30_000;
/** Workers notice the same change one after the other. */
const GATHER_MS = 300;
/** For one that is busy to say that it has heard. */
const HEAR_WITHIN_MS = 10_000;
/** What its end may take beyond the times of the configuration. */
const END_WITHIN_MS = 10_000;

export function createWorkerSet({ size, tell, now }: WorkerSetOptions): WorkerSet {
  const workers = new Set<LaunchedWorker>();
  const rests = new Set<() => void>();
  const metrics = createWorkerMetrics();
  const policy = createRestartPolicy(now);
  let isKept = false;
  let cancelReload: (() => void) | undefined;
  let giveUp: (error: GatewayError) => void = () => undefined;
  const gaveUp = new Promise<GatewayError>((resolve) => (giveUp = resolve));
  const serving = (): LaunchedWorker[] => [...workers].filter((worker) => worker.isServing());

  const launch = (): LaunchedWorker => {
    const worker = launchWorker({
      told: { 'files changed': reloadSoon },
      asked: { 'metrics of all': () => metrics.text(serving()), 'reload all': reload },
    });
    workers.add(worker);
    void worker.ended.then(({ how }) => {
      workers.delete(worker);
      metrics.ended(worker);
      if (isKept) replace(worker, how);
    });
    return worker;
  };

  const replace = (worker: LaunchedWorker, how: string): void => {
    // What the file says now need not be what the others serve by, and they are better than none.
    const isRefused = worker.failure() !== undefined && serving().length > 0;
    const restMs = isRefused ? MOST_REST_MS : policy.died();
    const why = worker.failure()?.message ?? how;
    if (restMs === undefined) {
      isKept = false;
      giveUp(new GatewayError('internal', `${MOST_DEATHS} workers ended within a minute, the last one: ${why}`));
      return;
    }
    tell(`claudette: ${worker.name}: ${why}; another one starts in ${restMs} ms`);
    const cancel = waitingTimers.after(restMs, () => {
      rests.delete(cancel);
      launch();
    });
    rests.add(cancel);
  };

  const reloadEach = async (): Promise<ReloadReport> => {
    let first: ReloadReport | undefined;
    for (const worker of serving()) {
      const report = (await worker.line.ask('reload', RELOAD_WITHIN_MS)) as ReloadReport;
      if (report.result === 'refused') return report;
      first ??= report;
    }
    return first ?? refusal('no worker serves at the moment');
  };

  /** The last round, and the next one as long as it has not begun. */
  let round: Promise<unknown> = Promise.resolve();
  let waiting: Promise<ReloadReport> | undefined;
  const reload = (): Promise<ReloadReport> => {
    waiting ??= round.then(() => {
      waiting = undefined;
      return reloadEach().catch((thrown: unknown) => refusal(toGatewayError(thrown).detail));
    });
    round = waiting;
    return waiting;
  };

  /** Every worker notices that files changed, and one round is enough for all. */
  const reloadSoon = (): void => {
    if (cancelReload !== undefined) return;
    cancelReload = waitingTimers.after(GATHER_MS, () => {
      cancelReload = undefined;
      void reload();
    });
  };

  const stopOne = async (worker: LaunchedWorker): Promise<string[]> => {
    const mayTakeMs = await worker.line.ask('stop', HEAR_WITHIN_MS).catch(() => 0);
    const cancel = waitingTimers.after(Number(mayTakeMs) + END_WITHIN_MS, worker.kill);
    const { isClean, how } = await worker.ended;
    cancel();
    return isClean ? [] : [`${worker.name} ${worker.failure()?.detail ?? how}`];
  };

  return {
    gaveUp,
    reload,
    async start() {
      const greeting = await launch().started;
      isKept = true;
      const others = Array.from({ length: size - 1 }, () => launch().started);
      await Promise.allSettled(others);
      return greeting;
    },
    async stop() {
      isKept = false;
      for (const cancel of rests) cancel();
      cancelReload?.();
      return (await Promise.all([...workers].map(stopOne))).flat();
    },
    kill() {
      for (const worker of workers) worker.kill();
    },
  };
}

const refusal = (reason: string): ReloadReport => ({
  result: 'refused',
  reason,
  problems: [{ origin: 'the workers', path: '', message: reason }],
});
