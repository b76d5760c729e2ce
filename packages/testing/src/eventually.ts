import { setTimeout } from 'node:timers/promises';

const POLL_MS = 5;

/** For tests over real sockets, where "soon" is all that can be promised. A test about a promised time names that. */
export interface EventuallyOptions {
  /** Most milliseconds to wait. @default 10_000 */
  readonly withinMs?: number;
}

/**
 * Resolves as soon as the condition holds; looks every few milliseconds.
 *
 * @throws Error when it does not hold in time. It names the condition's source text.
 */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  { withinMs = 10_000 }: EventuallyOptions = {},
): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() >= giveUpAt) throw new Error(`Not within ${withinMs} ms: ${condition.toString()}`);
    await setTimeout(POLL_MS);
  }
}
