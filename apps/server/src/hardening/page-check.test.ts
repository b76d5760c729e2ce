import { describe, expect, it } from '@jest/globals';

import { createPageCheck } from './page-check.js';

const check = createPageCheck(['https://app.example']);

describe('open mode', () => {
  it.each([
    'localhost',
    'LOCALHOST:3000',
    '127.0.0.1:3000',
    '10.0.0.7',
    '[::1]:3000',
    '[::1]',
    'gateway',
    'gateway:80',
    'app.localhost',
    'host.docker.internal:3000',
  ])('is called by %s, which no web page can have', (host) => {
    expect(() => check({ host })).not.toThrow();
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:3000',
    '127.0.0.1.',
    'internal.evil.example',
    '[::1].evil.example',
    'user@evil.example',
  ])('is not called by %s', (host) => {
    expect(() => check({ host })).toThrow('localhost or an address');
  });

  it('asks again when another name comes on', () => {
    check({ host: 'localhost' });
    expect(() => check({ host: 'evil.example' })).toThrow();
    expect(() => check({ host: 'evil.example' })).toThrow();
  });

  it('takes a client that names no host at all', () => {
    expect(() => check({})).not.toThrow();
    expect(() => check({ origin: 'https://evil.example' })).toThrow('server.corsOrigins');
  });
});
