import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { openrouter } from './index.js';

it('sends chats to OpenRouter', () => {
  expect(requestUrl(openrouter, String(openrouter.baseUrl), '/chat/completions')).toBe(
    'https://openrouter.ai/api/v1/chat/completions',
  );
  expect(openrouter).toMatchObject({ auth: { scheme: 'bearer' }, options: { maxTokensField: 'max_tokens' } });
});
