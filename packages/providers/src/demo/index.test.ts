import { expect, it } from '@jest/globals';

import { demo } from './index.js';

it('is found without a key or an address and has one model', () => {
  expect(demo).toMatchObject({ baseUrl: null, auth: { scheme: 'none', environment: [] }, defaultModels: ['demo-1'] });
});
