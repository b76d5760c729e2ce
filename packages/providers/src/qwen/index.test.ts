import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { qwen } from './index.js';

it('sends chats to DashScope in its own edition of the dialect', () => {
  expect(requestUrl(qwen, String(qwen.baseUrl), '/chat/completions')).toBe(
    'https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions',
  );
  expect(qwen).toMatchObject({ options: { maxTokensField: 'max_tokens', developerRole: false } });
});
