import type { Observation } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';

import { formatEntry } from '../entry/entry-text.js';
import type { Entry } from '../entry/entry.js';
import { createKeyvTier } from '../second-tier/keyv-tier.js';
import type { KeyvTierOptions } from '../second-tier/keyv-tier.js';
import type { SecondTier } from '../second-tier/second-tier.js';
import { createScriptedStore } from './scripted-store.js';
import { settled } from './upstream.js';

/** A second tier over a scripted store, which knows its keys by now. */
export const setUpTier = async (
  stored: Record<string, Entry> = {},
  { hasPresence = true, ...options }: Partial<Omit<KeyvTierOptions, 'clock'>> & { readonly hasPresence?: boolean } = {},
) => {
  const clock = createFakeClock();
  const store = createScriptedStore();
  const observed: Observation[] = [];
  for (const [key, entry] of Object.entries(stored)) store.rows.set(key, formatEntry(key, entry));
  const tier = createKeyvTier(hasPresence ? store : store.withoutPresence(), {
    clock,
    observe: (seen) => void observed.push(seen),
    maxEntries: 100,
    ...options,
  });
  await settled();
  store.asked.length = 0;
  return { clock, store, observed, tier };
};

/** The entry under one key; a promise only where the store is asked. */
export const get = (tier: SecondTier, key: string): Promise<Entry | undefined> | undefined =>
  tier.getMany([key])?.then(([entry]) => entry);

/** The same without counting. */
export const peek = (tier: SecondTier, key: string): Promise<Entry | undefined> | undefined =>
  tier.peekMany([key])?.then(([entry]) => entry);
