import { expect, it } from '@jest/globals';

import { requestUrl } from '../request-url.js';
import { ollama } from './index.js';

it('sends chats to the server on this machine without a key', () => {
  expect(requestUrl(ollama, String(ollama.baseUrl), '/chat/completions')).toBe(
    'http://127.0.0.1:11434/v1/chat/completions',
  );
  expect(ollama).toMatchObject({ auth: { scheme: 'none' }, discovery: { path: '/api/tags', modelsField: 'models' } });
});
