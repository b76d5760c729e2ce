import { describe, expect, it } from '@jest/globals';

import { hasRole } from './roles.js';

describe('a role', () => {
  it.each([
    ['client', ['client']],
    ['viewer', ['client', 'viewer']],
    ['admin', ['client', 'viewer', 'admin']],
  ] as const)('%s may do what needs %j', (role, needed) => {
    expect((['client', 'viewer', 'admin'] as const).filter((one) => hasRole({ role }, one))).toEqual(needed);
  });
});
