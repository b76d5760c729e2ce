import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { deepseek } from './index.js';

it('sends chats to DeepSeek, which knows no schemas', () => {
  expect(requestUrl(deepseek, String(deepseek.baseUrl), '/chat/completions')).toBe(
    'https://api.deepseek.com/v1/chat/completions',
  );
  expect(deepseek).toMatchObject({
    options: { maxTokensField: 'max_tokens', developerRole: false, jsonSchema: false },
  });
});
