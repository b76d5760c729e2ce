import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer, get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer, connect } from 'node:tls';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@claudette/testing';

import { buildServer } from '../__fixtures__/built-server.js';
import { makeCertificate } from '../__fixtures__/make-certificate.js';
import type { CertificateFolder } from '../__fixtures__/make-certificate.js';
import { ask } from '../__fixtures__/raw-client.js';
import { startStack } from '../__fixtures__/start-stack.js';
import { followCertificates, readCertificates } from './certificates.js';

let files: CertificateFolder;
let other: CertificateFolder;
beforeAll(() => {
  files = makeCertificate();
  other = makeCertificate();
});
afterAll(() => {
  files.remove();
  other.remove();
});

const warnings: string[] = [];
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function getSafely(url: string): Promise<IncomingMessage> {
  const request = get(url, { ca: readFileSync(files.certFile), agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response;
}

describe('server.tls', () => {
  it('serves HTTPS, and tells browsers to stay with it', async () => {
    const { certFile, keyFile } = files;
    const stack = await startStack({ server: { tls: { certFile, keyFile } } });
    ends.push(() => stack.close());
    expect(stack.url).toMatch(/^https:/);
    const response = await getSafely(`${stack.url}/health`);
    expect(response.statusCode).toBe(200);
    expect(response.headers['strict-transport-security']).toContain('max-age');
  });

  it('refuses old versions of TLS', async () => {
    const { certFile, keyFile } = files;
    const stack = await startStack({ server: { tls: { certFile, keyFile } } });
    ends.push(() => stack.close());
    const port = Number(new URL(stack.url).port);
    const socket = connect({ port, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', rejectUnauthorized: false });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/^ERR_SSL/);
  });

  it('names the file that cannot be read', () => {
    const { certFile } = files;
    expect(() => readCertificates({ certFile, keyFile: '/nowhere/key.pem' })).toThrow(
      'server.tls.keyFile /nowhere/key.pem cannot be read: ENOENT',
    );
  });

  it('says that certificate and key do not belong together', () => {
    const { certFile } = files;
    expect(() => readCertificates({ certFile, keyFile: other.keyFile })).toThrow('cannot be used together: key values');
  });

  it('says that a file is no certificate', () => {
    const { keyFile } = files;
    expect(() => readCertificates({ certFile: keyFile, keyFile })).toThrow('cannot be used together');
  });
});

describe('a certificate', () => {
  const serve = async (folder: CertificateFolder): Promise<() => Promise<string>> => {
    const server = createTlsServer(readCertificates(folder)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    followCertificates(server, { certFile: folder.certFile, keyFile: folder.keyFile }, 20, (message) =>
      warnings.push(message),
    );
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    const { port } = server.address() as AddressInfo;
    return async () => {
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { fingerprint256 } = socket.getPeerCertificate();
      socket.destroy();
      return fingerprint256;
    };
  };

  it('is taken anew when its files change, without a restart', async () => {
    const folder = makeCertificate();
    ends.push(() => folder.remove());
    const fingerprint = await serve(folder);
    const before = await fingerprint();
    folder.renew();
    await eventually(async () => (await fingerprint()) !== before);
  });

  it('stays when what its files hold cannot be used, and says so', async () => {
    const folder = makeCertificate();
    ends.push(() => folder.remove());
    const fingerprint = await serve(folder);
    const before = await fingerprint();
    writeFileSync(folder.certFile, 'half a certific');
    await eventually(() => warnings.some((message) => message.endsWith('the certificate in use stays')));
    expect(await fingerprint()).toBe(before);
  });
});

describe('a backend behind HTTPS', () => {
  let requests = 0;
  const startUpstream = async (): Promise<Record<string, unknown>> => {
    requests = 0;
    const upstream = createHttpsServer(readCertificates(files), (_request, response) => {
      requests += 1;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    ends.push(() => new Promise((resolve) => upstream.close(resolve)));
    const { port } = upstream.address() as AddressInfo;
    return { provider: 'openai-compatible', baseUrl: `https://127.0.0.1:${port}/v1`, models: ['m'] };
  };

  it('whose certificate nobody vouches for is sent nothing', async () => {
    const stack = await startStack({ backends: { chat: await startUpstream() } });
    ends.push(() => stack.close());
    const response = await ask(stack, { dialect: 'openai-chat', model: 'm' });
    expect(response.status).toBe(502);
    expect(await response.text()).toContain('upstream_unreachable');
    expect(requests).toBe(0);
  });

  it('is sent nothing either when the environment tells Node to take any certificate', async () => {
    const built = buildServer();
    ends.push(() => built.remove());
    const config = { server: { port: 0 }, backends: { chat: await startUpstream() } };
    const started = built.start(config, { environment: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    ends.push(async () => {
      built.killAll();
      await started.exit;
    });
    const response = await ask(await started.listening(), { dialect: 'openai-chat', model: 'm' });
    expect(response.status).toBe(502);
    expect(requests).toBe(0);
  }, 60_000);
});
