import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { azureOpenai } from './index.js';

it('sends chats to a resource with its key in the header api-key', () => {
  expect(requestUrl(azureOpenai, 'https://lab.openai.azure.com/openai/v1', '/chat/completions')).toBe(
    'https://lab.openai.azure.com/openai/v1/chat/completions',
  );
  expect(azureOpenai).toMatchObject({
    baseUrl: null,
    auth: { scheme: 'header', header: 'api-key' },
    alsoSpeaks: ['openai-responses'],
  });
});
