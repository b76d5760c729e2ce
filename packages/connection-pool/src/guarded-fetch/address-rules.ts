import { BlockList, isIP } from 'node:net';

/**
 * Special IPv4 blocks of IANA's registry, and multicast.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const refusedIpv4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
];

/** All that is routed. Loopback, private, link-local, multicast, mapped and translated (NAT64) addresses are outside. */
const GLOBAL_IPV6 = '2000::/3';

/**
 * What of it is special.
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const refusedIpv6 = [
  '2001::/23', // protocol assignments: Teredo, benchmarking, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
];

/** Where clouds tell machines their credentials. No network that is allowed makes these so. */
const metadata = [
  '169.254.169.254/32',
  '169.254.170.2/32', // ECS
  '169.254.170.23/32', // EKS
  '168.63.129.16/32', // Azure, in public address space
  '100.100.100.200/32', // Alibaba
  '192.0.0.192/32', // Oracle
  'fd00:ec2::254/128',
  'fd00:ec2::23/128', // EKS
  'fd20:ce::254/128', // Google
];

const metadataNames: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.goog',
  'metadata.google.internal',
  'instance-data',
  'instance-data.ec2.internal',
]);

const familyOf = (address: string): 'ipv4' | 'ipv6' | undefined => {
  const version = isIP(address);
  // An address with a zone is one of a link.
  if (version === 0 || address.includes('%')) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
};

/** Whether a text is a network as address and prefix length, e.g. `10.1.0.0/16` or `fd12::/32`. */
export const isNetwork = (text: string): boolean => {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const family = familyOf(address);
  const isPrefix = /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 'ipv4' ? 32 : 128);
  return family !== undefined && isPrefix && rest.length === 0;
};

const toBlockList = (networks: readonly string[]): BlockList => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
};

const globalIpv6 = toBlockList([GLOBAL_IPV6]);
const special = toBlockList([...refusedIpv4, ...refusedIpv6]);
const credentialed = toBlockList(metadata);

/** Which addresses may be connected to. */
export interface AddressRules {
  /** False, too, for a text that is no address. */
  isAllowed(address: string): boolean;
}

/**
 * Public addresses are allowed, and those of the networks that are named.
 * @param allow networks as address and prefix length. Cloud metadata services stay refused
 * @throws TypeError for what is no network
 */
export function createAddressRules(allow: readonly string[]): AddressRules {
  const wrong = allow.find((network) => !isNetwork(network));
  if (wrong !== undefined) throw new TypeError(`${wrong} is not a network like 10.1.0.0/16`);
  const allowed = toBlockList(allow);
  return {
    isAllowed(address) {
      const family = familyOf(address);
      if (family === undefined || credentialed.check(address, family)) return false;
      if (allowed.check(address, family)) return true;
      if (family === 'ipv6' && !globalIpv6.check(address, family)) return false;
      return !special.check(address, family);
    },
  };
}

/** Whether a host name, in lower case, is the one of a cloud's metadata service. */
export const isMetadataName = (host: string): boolean => metadataNames.has(host);
