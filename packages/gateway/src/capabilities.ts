import type { Target } from '@claudette/core';
import type { Capabilities } from '@claudette/routing';

import type { Backend } from './backend.js';
import type { BackendConfig } from './config/schema.js';

type Configured = BackendConfig['capabilities'][string];

/** Without the fields that are undefined, which would hide what is said of all models. */
const said = (configured: Configured | undefined): Partial<Capabilities> =>
  Object.fromEntries(Object.entries(configured ?? {}).filter(([, value]) => value !== undefined));

/**
 * What each target can do: the configuration's word for the model, else its word for all of the backend's models. What
 * it does not say is unknown and excludes nothing: public tables of models are out of date too often to refuse by them.
 */
export function createCapabilities(
  backends: ReadonlyMap<string, Pick<Backend, 'config'>>,
): (target: Target) => Capabilities | undefined {
  const known = new Map<string, ReadonlyMap<string, Capabilities>>();
  const others = new Map<string, Capabilities>();
  for (const [name, { config }] of backends) {
    const { capabilities, models } = config;
    if (Object.keys(capabilities).length === 0) continue;
    const ofAll = said(capabilities['*']);
    others.set(name, ofAll);
    known.set(name, new Map(models.map((model) => [model, { ...ofAll, ...said(capabilities[model]) }])));
  }
  // A model that is not listed is asked for by `backend/model`.
  return ({ backend, model }) => known.get(backend)?.get(model) ?? others.get(backend);
}
