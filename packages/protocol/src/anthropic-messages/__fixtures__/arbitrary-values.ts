import type { OpaqueState } from '@claudette/core';
import fc from 'fast-check';

export const text = fc.string({ minLength: 1, unit: 'grapheme' });
export const optional = { requiredKeys: [] };
export const inputText = fc.record({ city: text, days: fc.integer() }).map((input) => JSON.stringify(input));
export const cacheHint = fc.constantFrom({ ttl: '5m' as const }, { ttl: '1h' as const });

export const id = fc.stringMatching(/^[a-zA-Z0-9-]{1,12}$/);
export const ownState = (kind: OpaqueState['kind']): fc.Arbitrary<OpaqueState> =>
  text.map((data) => ({ dialect: 'anthropic-messages', kind, data }));
export const citation = fc.record({ url: fc.webUrl(), title: text, citedText: text }, { requiredKeys: ['url'] });
/** Citations with the proofs that they have from the provider. */
export const cited = fc.array(fc.record({ citation, proof: text }), { minLength: 1, maxLength: 3 }).map((list) => ({
  citations: list.map((one) => one.citation),
  state: {
    dialect: 'anthropic-messages' as const,
    kind: 'encrypted' as const,
    data: JSON.stringify({ proofs: list.map(({ proof }) => proof) }),
  },
}));
