import { describe, expect, it } from '@jest/globals';

import { readCustomBackends } from './read-custom-backends.js';

describe('readCustomBackends', () => {
  it('makes a backend of each number, with its key by reference', () => {
    const environment = {
      CUSTOM_BACKEND_1_API_URL: 'http://one/v1',
      CUSTOM_BACKEND_1_API_KEY: 'secret',
      CUSTOM_BACKEND_1_MODEL: 'm1',
      CUSTOM_BACKEND_22_API_URL: 'http://two/v1',
      CUSTOM_BACKEND_22_MODEL: 'm2',
    };
    expect(readCustomBackends(environment)).toEqual({
      'custom-1': {
        provider: 'openai-compatible',
        baseUrl: 'http://one/v1',
        models: ['m1'],
        apiKey: 'env:CUSTOM_BACKEND_1_API_KEY',
      },
      'custom-22': { provider: 'openai-compatible', baseUrl: 'http://two/v1', models: ['m2'] },
    });
  });

  it('finds none where no address is given', () => {
    expect(readCustomBackends({ CUSTOM_BACKEND_1_API_URL: '', CUSTOM_BACKEND_2_MODEL: 'm', PATH: '/' })).toEqual({});
  });

  it('refuses an address without a model, naming the variable that is missing', () => {
    expect(() => readCustomBackends({ CUSTOM_BACKEND_3_API_URL: 'http://x' })).toThrow(
      'CUSTOM_BACKEND_3_API_URL is set, but CUSTOM_BACKEND_3_MODEL, its model, is not',
    );
  });
});
