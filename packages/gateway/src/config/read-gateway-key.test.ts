import { expect, it } from '@jest/globals';

import { readGatewayKey } from './read-gateway-key.js';

it('is what the variable says, and nothing where that is empty', () => {
  expect(readGatewayKey({ CLAUDETTE_GATEWAY_KEY: 'ck-1' })).toBe('ck-1');
  expect([readGatewayKey({ CLAUDETTE_GATEWAY_KEY: '' }), readGatewayKey({})]).toEqual([undefined, undefined]);
});
