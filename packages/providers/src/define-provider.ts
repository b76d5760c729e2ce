import type { Provider } from './provider.js';

/** What a vendor has to say about itself; the rest is as its dialect has it. */
export type ProviderDefinition = Pick<Provider, 'id' | 'name' | 'dialect' | 'baseUrl' | 'auth'> & Partial<Provider>;

/**
 * Completes a vendor's data. A vendor needs a definition only for what a configuration cannot say.
 *
 * Defaults: no other dialect, no path prefix, no headers sent or forwarded, the dialect as its own vendor has it, no default models.
 */
export const defineProvider = (definition: ProviderDefinition): Provider =>
  Object.freeze({
    alsoSpeaks: [],
    pathPrefix: '',
    headers: {},
    forwardHeaders: [],
    options: {},
    defaultModels: [],
    ...definition,
  });
