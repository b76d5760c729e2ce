import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { mistral } from './index.js';

it('sends chats to Mistral in its own edition of the dialect', () => {
  expect(requestUrl(mistral, String(mistral.baseUrl), '/chat/completions')).toBe(
    'https://api.mistral.ai/v1/chat/completions',
  );
  expect(mistral).toMatchObject({
    options: {
      maxTokensField: 'max_tokens',
      streamUsageOption: false,
      textTools: false,
      seedField: 'random_seed',
      shortCallIds: true,
    },
  });
});
