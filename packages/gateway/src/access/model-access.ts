import { GatewayError, targetName } from '@claudette/core';
import type { Principal, Target } from '@claudette/core';
import type { ListedModel } from '@claudette/protocol';
import { nearestNames } from '@claudette/routing';
import type { Catalog } from '@claudette/routing';

/** Which models a principal may use, by the names that one configuration has for them. */
export interface ModelAccess {
  /** Whether the principal may use the target. */
  isAllowed(principal: Principal, target: Target): boolean;
  /** What the principal can ask for. */
  listFor(principal: Principal): readonly ListedModel[];
  /**
   * Checks what a key is given.
   * @throws GatewayError `invalid_request` naming what stands for nothing
   */
  check(names: readonly string[]): void;
}

type IsAllowed = (target: Target) => boolean;

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
const toPattern = (name: string): RegExp => new RegExp(`^${name.split('*').map(escaped).join('.*')}$`, 's');

/** A name stands for what it stands for in a request: an alias, then a backend before the first slash, then a bare id. */
function toRule(name: string, { aliases, backends, named }: Catalog): IsAllowed {
  const entries = aliases.get(name);
  if (entries !== undefined) {
    const targets = new Set(entries.flatMap(named).map(({ target }) => targetName(target)));
    return (target) => targets.has(targetName(target));
  }
  const pattern = toPattern(name);
  return backends.includes(name.split('/', 1)[0] ?? '')
    ? (target) => pattern.test(targetName(target))
    : ({ model }) => pattern.test(model);
}

/** @param models everything that can be asked for */
export function createModelAccess(catalog: Catalog, models: readonly ListedModel[]): ModelAccess {
  /** By the list itself, which a key store gives again and again until the key changes. */
  const rules = new WeakMap<readonly string[], IsAllowed>();
  const lists = new WeakMap<readonly string[], readonly ListedModel[]>();

  const ruleOf = (names: readonly string[]): IsAllowed => {
    const known = rules.get(names);
    if (known !== undefined) return known;
    const each = names.map((name) => toRule(name, catalog));
    const rule: IsAllowed = (target) => each.some((isAllowed) => isAllowed(target));
    rules.set(names, rule);
    return rule;
  };

  const targetsOf = (id: string): readonly Target[] => {
    if (id === 'auto') return catalog.targets.map(({ target }) => target);
    return (catalog.aliases.get(id) ?? [id]).flatMap(catalog.named).map(({ target }) => target);
  };

  const listed = (names: readonly string[]): readonly ListedModel[] => {
    const known = lists.get(names);
    if (known !== undefined) return known;
    const isAllowed = ruleOf(names);
    const list = models.filter(({ id }) => targetsOf(id).some(isAllowed));
    lists.set(names, list);
    return list;
  };

  return {
    isAllowed: (principal, target) => principal.models === undefined || ruleOf(principal.models)(target),
    listFor: (principal) => (principal.models === undefined ? models : listed(principal.models)),
    check(names) {
      for (const name of names) {
        const isAllowed = toRule(name, catalog);
        // A backend is asked for models that it does not list, too.
        if (catalog.named(name).length > 0 || catalog.targets.some(({ target }) => isAllowed(target))) continue;
        const known = models.map(({ id }) => id).filter((id) => id !== 'auto');
        const nearest = nearestNames(name, known);
        const hint = nearest.length === 0 ? '' : `; near it: ${nearest.join(', ')}`;
        throw new GatewayError('invalid_request', `there is no model "${name}" that a key could use${hint}`);
      }
    },
  };
}
