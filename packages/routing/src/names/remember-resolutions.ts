import type { Catalog } from './catalog.js';
import { chooseDialects } from './choose-dialect.js';
import type { Spoken, Supports } from './choose-dialect.js';
import { resolveModel } from './resolve-model.js';
import type { PlannedCall, RoutingOptions } from '../plan/routing-options.js';

/** Names come from clients; what they resolve to is remembered for so many, then forgotten at once. */
const MAX_REMEMBERED_NAMES = 1000;

/**
 * What the model of a call stands for, and what each of its targets is spoken to in. Clients of each dialect have names of
 * their own: what is chosen for a name depends on who asks, and for what. The same name gives the same objects. Errors
 * name nothing that the principal may not use.
 * @throws GatewayError what `resolveModel` throws
 */
export function rememberResolutions(
  catalog: Catalog,
  supports: Supports,
  isAllowed: NonNullable<RoutingOptions['isAllowed']>,
): (call: PlannedCall) => Spoken {
  const remembered = new Map<string, Map<string, Spoken>>();

  const namesFor = (asker: string): Map<string, Spoken> => {
    const known = remembered.get(asker);
    if (known !== undefined) return known;
    const names = new Map<string, Spoken>();
    remembered.set(asker, names);
    return names;
  };

  return ({ original, operation, request: { model }, context: { pinnedBackend, principal } }) => {
    const dialect = original?.dialect;
    const names = namesFor(operation === 'generate' ? (dialect ?? 'native') : `${operation} ${dialect}`);
    const key = pinnedBackend === undefined ? model : `${pinnedBackend}\0${model}`;
    const known = names.get(key);
    if (known !== undefined) return known;
    const resolution = resolveModel(catalog, model, pinnedBackend, (target) => isAllowed(principal, target));
    const spoken = chooseDialects(resolution, { dialect, operation }, supports);
    if (names.size >= MAX_REMEMBERED_NAMES) names.clear();
    names.set(key, spoken);
    return spoken;
  };
}
