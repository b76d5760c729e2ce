import { describe, expect, it } from '@jest/globals';

import { requestUrl } from './request-url.js';

describe('the URL of a request', () => {
  it.each([
    ['', 'https://a.example/v1', '/chat/completions', 'https://a.example/v1/chat/completions'],
    ['', 'https://a.example/v1/', '/chat/completions', 'https://a.example/v1/chat/completions'],
    ['', 'https://a.example', '/v1/messages', 'https://a.example/v1/messages'],
    ['', 'https://a.example/v1', '/v1/messages', 'https://a.example/v1/messages'],
    ['', 'https://a.example/v1', '/v1beta/models', 'https://a.example/v1/v1beta/models'],
    ['/v1', 'http://a.example', '/chat/completions', 'http://a.example/v1/chat/completions'],
    ['/v1', 'http://a.example/v1', '/chat/completions', 'http://a.example/v1/chat/completions'],
    ['/v1', 'http://a.example', '/v1/messages', 'http://a.example/v1/messages'],
  ])('joins the prefix %p, the base %p and the path %p', (pathPrefix, baseUrl, path, url) => {
    expect(requestUrl({ pathPrefix }, baseUrl, path)).toBe(url);
  });
});
