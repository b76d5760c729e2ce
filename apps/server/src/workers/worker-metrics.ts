import type { LaunchedWorker } from './launch-worker.js';
import { sumMetrics } from './sum-metrics.js';

/** The metrics of workers as those of one process. */
export interface WorkerMetrics {
  /** Asks every worker; of one that does not answer in time, what it said the last time counts. */
  text(workers: readonly LaunchedWorker[]): Promise<string>;
  /** What an ended worker counted goes on counting, up to when it was asked last. */
  ended(worker: LaunchedWorker): void;
}

const ANSWER_WITHIN_MS = 1_000;

/** Holds no timer while nobody asks. */
export function createWorkerMetrics(): WorkerMetrics {
  const latest = new Map<number, string>();
  let past = '';

  const ask = async ({ id, line }: LaunchedWorker): Promise<string> => {
    try {
      const text = String(await line.ask('metrics', ANSWER_WITHIN_MS));
      latest.set(id, text);
      return text;
    } catch {
      return latest.get(id) ?? '';
    }
  };

  return {
    async text(workers) {
      const texts = await Promise.all(workers.map(ask));
      // One that ended meanwhile is in the past already, and counts once.
      const present = texts.filter((_, index) => workers[index]?.isServing() === true);
      return sumMetrics(present, [past]);
    },
    ended({ id }) {
      past = sumMetrics([], [past, latest.get(id) ?? '']);
      latest.delete(id);
    },
  };
}
