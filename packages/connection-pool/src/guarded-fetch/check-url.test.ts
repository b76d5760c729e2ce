import { describe, expect, it } from '@jest/globals';

import { checkUrl, hostOf } from './check-url.js';

const ports = [80, 443];

describe('a URL', () => {
  it.each([
    ['http://example.com/a?b=c', 'http://example.com/a?b=c'],
    ['https://EXAMPLE.com:443/', 'https://example.com/'],
    ['http://example.com:80', 'http://example.com/'],
  ])('%s may be fetched', (text, href) => {
    expect(checkUrl(text, ports).href).toBe(href);
  });

  it('of another port may be fetched where that is configured', () => {
    expect(checkUrl('http://example.com:8080/', [8080]).port).toBe('8080');
  });

  it.each([
    ['nothing', 'a URL is not valid'],
    ['/a', 'a URL is not valid'],
    ['http://1.1.1.256/', 'a URL is not valid'],
    ['http://256.256.256.256/', 'a URL is not valid'],
    ['http://[::1%25eth0]/', 'a URL is not valid'],
    ['http://[::1/', 'a URL is not valid'],
    ['file:///etc/passwd', 'only URLs of https and http are fetched'],
    ['ftp://example.com/', 'only URLs of https and http are fetched'],
    ['gopher://example.com/', 'only URLs of https and http are fetched'],
    ['data:text/plain,hello', 'only URLs of https and http are fetched'],
    ['javascript:alert(1)', 'only URLs of https and http are fetched'],
    ['http://user@example.com/', 'the URL of the file at example.com has a user name or password'],
    ['http://:secret@example.com/', 'the URL of the file at example.com has a user name or password'],
    ['http://example.com@127.0.0.1/', 'the URL of the file at 127.0.0.1 has a user name or password'],
    ['http://example.com:22/', 'no files are fetched from port 22 (example.com)'],
    ['https://example.com:6379/', 'no files are fetched from port 6379 (example.com)'],
    [`http://example.com/${'a'.repeat(8192)}`, 'a URL is longer than 8192 characters'],
  ])('%.40s is refused', (text, detail) => {
    expect(() => checkUrl(text, ports)).toThrow(expect.objectContaining({ rule: 'url', detail }));
  });

  it.each([
    'http://metadata.google.internal/computeMetadata/v1/',
    'http://METADATA.google.internal./',
    'http://metadata/',
    'http://instance-data/latest/meta-data/',
  ])('%s of a metadata service is refused by its name', (text) => {
    expect(() => checkUrl(text, ports)).toThrow(expect.objectContaining({ rule: 'address' }));
  });
});

describe('the host', () => {
  it.each([
    ['http://0x7f.0.0.1/', '127.0.0.1'],
    ['http://0x7f000001/', '127.0.0.1'],
    ['http://2130706433/', '127.0.0.1'],
    ['http://017700000001/', '127.0.0.1'],
    ['http://0177.0.0.1/', '127.0.0.1'],
    ['http://127.1/', '127.0.0.1'],
    ['http://127.0.1/', '127.0.0.1'],
    ['http://127.0.0.1./', '127.0.0.1'],
    ['http://%31%32%37.0.0.1/', '127.0.0.1'],
    ['http://１２７.0.0.1/', '127.0.0.1'],
    ['http://①②⑦.⓪.⓪.①/', '127.0.0.1'],
    ['http://127。0。0。1/', '127.0.0.1'],
    ['http://0300.0250.1/', '192.168.0.1'],
    ['http://0xA9FEA9FE/', '169.254.169.254'],
    ['http://2852039166/', '169.254.169.254'],
    ['http://0/', '0.0.0.0'],
    ['http://[::FFFF:127.0.0.1]/', '::ffff:7f00:1'],
    ['http://[0:0:0:0:0:0:0:1]/', '::1'],
    ['http://LOCALHOST/', 'localhost'],
    ['http://example.com./', 'example.com'],
  ])('of %s is %s, however it is written', (text, host) => {
    expect(hostOf(checkUrl(text, ports))).toBe(host);
  });
});

describe('a redirect', () => {
  const from = new URL('https://example.com/a/b');

  it.each([
    ['c', 'https://example.com/a/c'],
    ['//other.example/d', 'https://other.example/d'],
    ['https://other.example/', 'https://other.example/'],
  ])('to %s is read from where it came', (location, href) => {
    expect(checkUrl(location, ports, from).href).toBe(href);
  });

  it('may go from http to https', () => {
    expect(checkUrl('https://example.com/', ports, new URL('http://example.com/')).protocol).toBe('https:');
  });

  it('may not fall back from https to http', () => {
    expect(() => checkUrl('http://example.com/', ports, from)).toThrow(expect.objectContaining({ rule: 'redirect' }));
  });

  it.each(['file:///etc/passwd', 'https://user:secret@example.com/', 'https://example.com:25/'])(
    'to %s is refused like any URL',
    (location) => {
      expect(() => checkUrl(location, ports, from)).toThrow(expect.objectContaining({ rule: 'url' }));
    },
  );
});
