import type { Principal } from '@claudette/core';
import { roles } from '@claudette/ledger';
import type { Role } from '@claudette/ledger';

/** Who asks, and what they may do. */
export interface Caller extends Principal {
  readonly role: Role;
}

/** Whether who asks may do what needs a role: each may also do what those before it may. */
export const hasRole = ({ role }: Pick<Caller, 'role'>, needed: Role): boolean =>
  roles.indexOf(role) >= roles.indexOf(needed);
