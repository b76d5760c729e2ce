import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { openaiCompatible } from './index.js';

it('sends chats wherever the configuration says, in the fields that every server knows', () => {
  expect(requestUrl(openaiCompatible, 'http://lab.example:8000/v1', '/chat/completions')).toBe(
    'http://lab.example:8000/v1/chat/completions',
  );
  expect(openaiCompatible).toMatchObject({
    baseUrl: null,
    options: { maxTokensField: 'max_tokens', developerRole: false },
  });
});
