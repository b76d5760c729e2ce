import { describe, expect, it } from '@jest/globals';

import { createAddressRules, isMetadataName, isNetwork } from './address-rules.js';

const { isAllowed } = createAddressRules([]);

const refused: Readonly<Record<string, readonly string[]>> = {
  'this network': ['0.0.0.0', '0.1.2.3'],
  private: ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255'],
  'carrier-grade NAT': ['100.64.0.1', '100.127.255.255', '100.100.100.200'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  'link-local': ['169.254.0.1', '169.254.169.254', '169.254.170.2', 'fe80::1', 'febf::1', 'fe80::1%eth0'],
  'protocol assignments': ['192.0.0.1', '192.0.0.170', '192.0.0.192', '2001:1::1', '2001:20::1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.255', '2001:db8::1', '3fff::1', '3fff:fff:ffff::1'],
  benchmarking: ['198.18.0.1', '198.19.255.255', '2001:2::1'],
  'AS112 and AMT': ['192.31.196.1', '192.52.193.1', '192.175.48.1', '2620:4f:8000::1'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  'reserved and broadcast': ['240.0.0.1', '255.255.255.255', '4000::1', '8000::1', '5f00::1', '1fff::1'],
  unspecified: ['::'],
  '6to4': ['192.88.99.1', '2002::1', '2002:7f00:1::', '2002:a9fe:a9fe::1'],
  Teredo: ['2001::1', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  NAT64: ['64:ff9b::8.8.8.8', '64:ff9b::7f00:1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '64:ff9b:1:a00::1'],
  'IPv4-mapped': ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::ffff:169.254.169.254'],
  'IPv4-compatible and translated': ['::127.0.0.1', '::7f00:1', '::ffff:0:7f00:1'],
  'unique local': ['fc00::1', 'fd00::1', 'fdff:ffff::1', 'fd00:ec2::254', 'fd20:ce::254'],
  'site-local': ['fec0::1', 'feff::1'],
  'discard-only': ['100::1'],
  'the services of a cloud': ['168.63.129.16'],
  'no address': ['', 'localhost', '1.2.3', '0x7f.0.0.1', '0177.0.0.1', '2130706433', '[::1]', '8.8.8.8 '],
};

describe.each(Object.entries(refused))('%s', (_, addresses) => {
  it.each(addresses)('(%s) is refused', (address) => {
    expect(isAllowed(address)).toBe(false);
  });
});

it.each([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.1',
  '168.63.129.15',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.1',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2003::1',
  '2606:4700:4700::1111',
  '2a00:1450:4001::1',
  '3ffe:ffff::1',
])('the public address %s is allowed', (address) => {
  expect(isAllowed(address)).toBe(true);
});

describe('networks that are allowed', () => {
  it.each([
    ['10.1.0.0/16', '10.1.255.255', true],
    ['10.1.0.0/16', '10.2.0.0', false],
    ['127.0.0.1/32', '127.0.0.1', true],
    ['127.0.0.1/32', '127.0.0.2', false],
    ['fd12:3456::/32', 'fd12:3456::1', true],
    ['fd12:3456::/32', 'fd12:3457::1', false],
    ['fd12:3456::/32', '8.8.8.8', true],
  ])('%s: %s is allowed: %s', (network, address, allowed) => {
    expect(createAddressRules([network]).isAllowed(address)).toBe(allowed);
  });

  it.each(['169.254.169.254', '::ffff:169.254.169.254', '100.100.100.200', 'fd00:ec2::254', 'fd20:ce::254'])(
    'never open %s, where a cloud tells machines their credentials',
    (address) => {
      expect(createAddressRules(['0.0.0.0/0', '::/0']).isAllowed(address)).toBe(false);
    },
  );

  it.each(['10.1.0.0', '10.1.0.0/33', 'fd00::/129', '10.1/16', 'x/8', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/-1', ''])(
    'are not written %s',
    (text) => {
      expect(isNetwork(text)).toBe(false);
      expect(() => createAddressRules([text])).toThrow(`${text} is not a network like 10.1.0.0/16`);
    },
  );
});

it.each([
  ['metadata.google.internal', true],
  ['instance-data', true],
  ['files.example', false],
])('that %s is a metadata service is %s', (name, is) => {
  expect(isMetadataName(name)).toBe(is);
});
