import { GatewayError } from '@claudette/core';
import type { Principal } from '@claudette/core';

declare const brand: unique symbol;

/** How wide a circle shares its answers: one gateway key, one person, one team, or everybody. */
export type ScopeKind = 'key' | 'user' | 'team' | 'shared';

/**
 * Who may share a cache entry. It can only be made by the functions below, so that no call site can forget it or take one
 * from what a client sent.
 */
export interface Scope {
  readonly kind: ScopeKind;
  /** Which key, person or team; empty for `shared`. */
  readonly id: string;
  readonly [brand]: true;
}

/**
 * A scope by name, for programs that have principals of their own. `id` must come from authentication, never from a header.
 *
 * @throws GatewayError `internal` when the id is empty: a nameless scope would be shared by everybody without a name
 */
export const createScope = (kind: Exclude<ScopeKind, 'shared'>, id: string): Scope => {
  if (id === '') throw new GatewayError('internal', `a cache scope of kind ${kind} needs an id`);
  return Object.freeze({ kind, id }) as Scope;
};

/** Everybody shares. Only where every principal may see every answer. */
export const sharedScope: Scope = Object.freeze({ kind: 'shared', id: '' }) as Scope;

/** Each gateway key keeps its answers to itself; in open mode there is one principal, so everybody is that one. */
export const toKeyScope = (principal: Principal): Scope => createScope('key', principal.id);

/**
 * Who may share with a principal, for one kind of circle. A principal whose person or team is not known keeps its answers
 * to its key: never wider than asked.
 */
export const toScope = (kind: ScopeKind): ((principal: Principal) => Scope) => {
  switch (kind) {
    case 'key':
      return toKeyScope;
    case 'user':
      return (principal) => (principal.user ? createScope('user', principal.user) : toKeyScope(principal));
    case 'team':
      return (principal) => (principal.team ? createScope('team', principal.team) : toKeyScope(principal));
    case 'shared':
      return () => sharedScope;
  }
};
