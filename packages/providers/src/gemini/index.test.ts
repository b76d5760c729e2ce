import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { gemini } from './index.js';

it('speaks Gemini with its own key header', () => {
  expect(requestUrl(gemini, String(gemini.baseUrl), '/v1beta/models/gemini-3.5-flash:generateContent')).toBe(
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-3.5-flash:generateContent',
  );
  expect(gemini).toMatchObject({ dialect: 'gemini', auth: { scheme: 'header', header: 'x-goog-api-key' } });
});
