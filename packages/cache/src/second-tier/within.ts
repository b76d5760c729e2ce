import { GatewayError } from '@claudette/core';
import type { Clock } from '@claudette/core';

/**
 * What the store answers, in bounded time.
 *
 * @throws GatewayError `deadline_exceeded` when it does not answer in time; whatever it rejects with
 */
export const within = <T>(clock: Clock, timeoutMs: number, answer: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const cancelTimeout = clock.after(timeoutMs, () => reject(noAnswerWithin(timeoutMs)));
    answer.then(resolve, reject).finally(cancelTimeout);
  });

const noAnswerWithin = (timeoutMs: number): GatewayError =>
  new GatewayError('deadline_exceeded', `${timeoutMs} ms from the cache store`);
