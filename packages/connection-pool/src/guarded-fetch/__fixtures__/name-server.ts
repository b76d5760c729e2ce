import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** A name server on loopback that knows one address of each family at most. */
export interface NameServer {
  readonly address: string;
  close(): Promise<void>;
}

const TYPE_A = 1;
const TYPE_AAAA = 28;

const toBytes = (address: string): Buffer =>
  isIPv6(address)
    ? Buffer.from(
        new URL(`http://[${address}]/`).hostname
          .slice(1, -1)
          .split(':')
          .map((part) => part.padStart(4, '0'))
          .join(''),
        'hex',
      )
    : Buffer.from(address.split('.').map(Number));

/** A response to a query (RFC 1035, section 4.1): its own question, and one answer for the name that stands there. */
const toResponse = (query: Buffer, addresses: readonly string[]): Buffer => {
  const questionEnd = query.indexOf(0, 12) + 5;
  const type = query.readUInt16BE(questionEnd - 4);
  const found = addresses.filter((address) => type === (isIPv6(address) ? TYPE_AAAA : TYPE_A)).map(toBytes);
  const response = Buffer.from(query.subarray(0, questionEnd));
  response.writeUInt16BE(0x8180, 2);
  response.writeUInt16BE(found.length, 6);
  response.writeUInt32BE(0, 8);
  const answers = found.map((bytes) => {
    const head = Buffer.from('c00c00000001000000010000', 'hex');
    head.writeUInt16BE(type, 2);
    head.writeUInt16BE(bytes.length, 10);
    return Buffer.concat([head, bytes]);
  });
  return Buffer.concat([response, ...answers]);
};

/** @param addresses what every name resolves to; undefined: it never answers. An IPv6 address is written in full */
export async function startNameServer(addresses?: readonly string[]): Promise<NameServer> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    if (addresses !== undefined) socket.send(toResponse(query, addresses), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise((resolve) => socket.close(resolve)),
  };
}
