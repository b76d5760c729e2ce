import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { anthropic } from './index.js';

it('sends messages to Anthropic with its key in a header', () => {
  expect(requestUrl(anthropic, String(anthropic.baseUrl), '/v1/messages')).toBe(
    'https://api.anthropic.com/v1/messages',
  );
  expect(anthropic).toMatchObject({
    dialect: 'anthropic-messages',
    auth: { scheme: 'header', header: 'x-api-key' },
  });
});
