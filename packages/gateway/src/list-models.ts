import type { ListedModel } from '@claudette/protocol';

import type { Backend } from './backend.js';

/** Everything that can be asked for: `auto`, aliases, bare ids, and `backend/model` for each target. */
export function listModels(
  backends: readonly Backend[],
  aliases: Readonly<Record<string, readonly string[]>>,
): readonly ListedModel[] {
  const models = new Map<string, ListedModel>();
  const add = (id: string, ownedBy: string): void => {
    if (!models.has(id)) models.set(id, { id, ownedBy });
  };
  add('auto', 'claudette');
  for (const alias of Object.keys(aliases)) add(alias, 'claudette');
  for (const { name, config } of backends) {
    for (const model of config.models) {
      add(model, name);
      add(`${name}/${model}`, name);
    }
  }
  return [...models.values()];
}
