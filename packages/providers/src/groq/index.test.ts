import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { groq } from './index.js';

it('sends chats to Groq', () => {
  expect(requestUrl(groq, String(groq.baseUrl), '/chat/completions')).toBe(
    'https://api.groq.com/openai/v1/chat/completions',
  );
  expect(groq).toMatchObject({ auth: { scheme: 'bearer' }, options: { developerRole: false } });
});
