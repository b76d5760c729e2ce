import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { openai } from './index.js';

it('sends chats to OpenAI with a bearer key', () => {
  expect(requestUrl(openai, String(openai.baseUrl), '/chat/completions')).toBe(
    'https://api.openai.com/v1/chat/completions',
  );
  expect(openai).toMatchObject({ dialect: 'openai-chat', auth: { scheme: 'bearer' }, options: {} });
});
