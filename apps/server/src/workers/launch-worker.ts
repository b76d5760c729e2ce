import cluster from 'node:cluster';

import { GatewayError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';

import type { Greeting } from '../greet.js';
import { waitingTimers } from '../life-cycle/waiting-timers.js';
import { openProcessLine } from './process-line.js';
import type { LineHandlers, ProcessLine } from './process-line.js';

/** How a process ended: `exited with 1`, `was ended by SIGKILL`. */
export interface WorkerEnd {
  readonly isClean: boolean;
  readonly how: string;
}

/** One of the processes that serve. */
export interface LaunchedWorker {
  /** 1 for the first one; no two have the same, not even one after the other. */
  readonly id: number;
  /** For people: which one it is. */
  readonly name: string;
  readonly line: ProcessLine;
  readonly isServing: () => boolean;
  /** Why it could not serve, where it could say so. */
  readonly failure: () => GatewayError | undefined;
  /** Resolves once it accepts requests; rejects when it never will. */
  readonly started: Promise<Greeting>;
  readonly ended: Promise<WorkerEnd>;
  /** Ends it at once. */
  kill(): void;
}

const toEnd = (code: number | null, signal: string | null): WorkerEnd => ({
  isClean: code === 0,
  how: signal === null ? `exited with ${code}` : `was ended by ${signal}`,
});

/** Starts one more process with the arguments of this one. The handlers are for what it may tell and ask. */
export function launchWorker({ told, asked = {} }: LineHandlers): LaunchedWorker {
  const worker = cluster.fork();
  const name = `worker ${worker.id} (process ${worker.process.pid ?? 'none'})`;
  let isServing = false;
  let failure: GatewayError | undefined;
  let serve: (greeting: Greeting) => void = () => undefined;
  let giveUp: (error: GatewayError) => void = () => undefined;
  const started = new Promise<Greeting>((resolve, reject) => {
    serve = resolve;
    giveUp = reject;
  });
  // Not everybody waits for it.
  started.catch(() => undefined);

  const line = openProcessLine(
    worker,
    {
      told: {
        ...told,
        serving(greeting) {
          isServing = true;
          serve(greeting as Greeting);
        },
        failed(reason) {
          const { code, detail } = reason as { code: GatewayErrorCode; detail: string };
          failure = new GatewayError(code, detail);
          giveUp(failure);
        },
      },
      asked,
    },
    waitingTimers,
  );
  const ended = new Promise<WorkerEnd>((resolve) => {
    worker.on('exit', (code: number | null, signal: string | null) => {
      isServing = false;
      const end = toEnd(code, signal);
      giveUp(new GatewayError('internal', `${name} ${end.how} before it served`));
      resolve(end);
    });
  });
  worker.on('error', () => worker.process.kill('SIGKILL'));

  return {
    id: worker.id,
    name,
    line,
    isServing: () => isServing,
    failure: () => failure,
    started,
    ended,
    kill: () => void worker.process.kill('SIGKILL'),
  };
}
