import type { Entry } from '../entry/entry.js';
import type { SecondTier } from '../second-tier/second-tier.js';

/** Answers asked for at a time: a store that needs long for many would count as one that does not answer. */
const STEP = 16;

/** What the second tier has under each of the keys, a few at a time and in their order. Counts nothing. */
export async function* peekInSteps(
  keys: readonly string[],
  secondTier: Pick<SecondTier, 'peekMany'> | undefined,
): AsyncGenerator<readonly { readonly key: string; readonly entry: Entry | undefined }[], undefined> {
  for (let start = 0; start < keys.length; start += STEP) {
    const step = keys.slice(start, start + STEP);
    const entries = await secondTier?.peekMany(step);
    yield step.map((key, index) => ({ key, entry: entries?.[index] }));
  }
}
