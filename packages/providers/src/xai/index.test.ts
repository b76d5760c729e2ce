import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { xai } from './index.js';

it('sends Responses and chats to xAI', () => {
  expect(requestUrl(xai, String(xai.baseUrl), '/responses')).toBe('https://api.x.ai/v1/responses');
  expect(xai).toMatchObject({ dialect: 'openai-chat', alsoSpeaks: ['openai-responses'] });
});
