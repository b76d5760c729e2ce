import { describe, expect, it } from '@jest/globals';

import { checkConfig } from './check-config.js';

const refusal = (server: Record<string, unknown>): string => {
  try {
    checkConfig({ server }, 'file.json');
  } catch (thrown) {
    return (thrown as Error).message;
  }
  return 'taken';
};

describe('server.corsOrigins', () => {
  it.each(['https://app.example', 'http://localhost:5173'])('takes %s', (origin) => {
    expect(refusal({ corsOrigins: [origin] })).toBe('taken');
  });

  it.each([
    '*',
    'https://app.example/',
    'https://app.example/x',
    'app.example',
    'HTTPS://APP.EXAMPLE',
    'null',
    'file://',
  ])('does not take %s', (origin) => {
    expect(refusal({ corsOrigins: [origin] })).toContain('server.corsOrigins.0 is');
    expect(refusal({ corsOrigins: [origin] })).toContain('must be an origin such as https://app.example');
  });
});

describe('server.trustProxy', () => {
  it.each([1, [], ['10.0.0.7'], ['10.0.0.0/8'], ['fd00::/8', '::1'], ['loopback', 'uniquelocal']])(
    'takes %j',
    (value) => {
      expect(refusal({ trustProxy: value })).toBe('taken');
    },
  );

  it.each([
    0,
    1.5,
    true,
    'loopback',
    ['proxy.example'],
    ['10.0.0.0/33'],
    ['10.0.0.0/0'],
    ['10.0.0.0/8/8'],
    ['::1/129'],
    [''],
  ])('does not take %j', (value) => {
    expect(refusal({ trustProxy: value })).toContain('server.trustProxy');
  });
});

describe('server.tls', () => {
  it('needs both files', () => {
    expect(refusal({ tls: { certFile: 'cert.pem' } })).toContain('server.tls.keyFile is absent');
    expect(refusal({ tls: { certFile: 'cert.pem', keyFile: 'key.pem' } })).toBe('taken');
  });
});

describe('a limit of the server', () => {
  it.each([
    ['maxHeaderBytes', 1023],
    ['maxConnections', 0],
    ['headersTimeoutMs', 0],
    ['requestTimeoutMs', 0],
    ['sendTimeoutMs', 86_400_001],
    ['keepAliveTimeoutMs', 0],
  ])('cannot be %s %d', (key, value) => {
    expect(refusal({ [key]: value })).toContain(`server.${key} is ${value}`);
  });
});
