import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { startBench } from '../__fixtures__/start-bench.js';
import type { Asked, Bench } from '../__fixtures__/start-bench.js';
import { checkConfig } from '../config/check-config.js';

const pdf = Buffer.from('%PDF-1.7 hello');
let files: Server;
let port: number;
let answered: string[];
let bench: Bench | undefined;
/** How a path is answered. */
const answers: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  '/a.pdf': (response) => response.setHeader('content-type', 'application/pdf').end(pdf),
  '/large.pdf': (response) => response.setHeader('content-type', 'application/pdf').end(`%PDF-${'x'.repeat(5000)}`),
  '/a.html': (response) => response.setHeader('content-type', 'text/html').end('<p>hello'),
  '/a.png': (response) =>
    response.setHeader('content-type', 'image/png').end(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')),
  '/moved': (response) => response.writeHead(302, { location: '/a.pdf' }).end(),
  '/never': () => undefined,
};

beforeEach(async () => {
  answered = [];
  files = createServer((request, response) => {
    const path = request.url ?? '';
    answered.push(path);
    answers[path]?.(response);
  });
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  port = (files.address() as AddressInfo).port;
});
afterEach(async () => {
  await bench?.close();
  bench = undefined;
  files.closeAllConnections();
  await new Promise((resolve) => files.close(resolve));
});

const urlOf = (path: string): string => `http://127.0.0.1:${port}${path}`;

/** A gateway whose first backend takes documents as data only, and which may fetch from the test's file server. */
const start = async (fetch: object = {}, flags: object = {}): Promise<Bench> => {
  const media = { fetch: { enabled: true, ports: [port], allow: ['127.0.0.1/32'], ...fetch } };
  bench = await startBench({ media, backends: { second: { enabled: false } }, ...flags });
  return bench;
};
const withDocuments = (...urls: string[]): Asked => ({
  dialect: 'anthropic-messages',
  body: {
    model: 'auto',
    max_tokens: 10,
    messages: [
      {
        role: 'user',
        content: [
          ...urls.map((url) => ({ type: 'document', source: { type: 'url', url } })),
          { type: 'text', text: 'what does it say?' },
        ],
      },
    ],
  },
});
const refusal = (detail: string) => ({ status: 400, text: expect.stringContaining(detail) });

describe('a document that a target takes as data only', () => {
  it('is fetched and sent, without a loss', async () => {
    const { tell, first } = await start();
    const { status, headers } = await tell(withDocuments(urlOf('/a.pdf')));
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('x-claudette-losses');
    expect(JSON.stringify(first.calls[0]?.json)).toContain(`data:application/pdf;base64,${pdf.toString('base64')}`);
  });

  it('is not fetched unless that is enabled: it is listed as lost', async () => {
    const { tell } = await start({ enabled: false });
    const { status, headers } = await tell(withDocuments(urlOf('/a.pdf')));
    expect(status).toBe(200);
    expect(Object.entries(headers).filter(([name]) => name.includes('loss'))).toEqual([
      [expect.any(String), expect.stringContaining('not by URL')],
    ]);
    expect(answered).toEqual([]);
  });

  it('is no loss that strict mode refuses', async () => {
    const { tell } = await start();
    const asked = { ...withDocuments(urlOf('/a.pdf')), headers: { 'x-claudette-strict': 'true' } };
    expect(await tell(asked)).toMatchObject({ status: 200 });
  });

  it('is counted', async () => {
    const { tell, gateway } = await start();
    await tell(withDocuments(urlOf('/a.pdf')));
    await tell(withDocuments(urlOf('/a.html')));
    const { text } = await gateway.metricsText();
    expect(text).toContain('claudette_media_fetches_total{result="fetched"} 1');
    expect(text).toContain('claudette_media_fetches_total{result="type"} 1');
  });

  it('that cannot be fetched is left to a target that fetches by itself', async () => {
    const { tell, second } = await start({ allow: [] }, { backends: {} });
    expect(await tell(withDocuments(urlOf('/a.pdf')))).toMatchObject({ status: 200 });
    expect(JSON.stringify(second.calls[0]?.json)).toContain(urlOf('/a.pdf'));
  });

  it('that cannot be fetched does not count against the target', async () => {
    const { tell, gateway, first } = await start({ allow: [] });
    for (let n = 0; n < 10; n += 1) await tell(withDocuments(urlOf(`/${n}`)));
    expect(gateway.circuits.states().filter(({ state }) => state !== 'closed')).toEqual([]);
    expect(first.count()).toBe(0);
  });
});

describe('the setting', () => {
  it('capabilities.mediaUrls = false has images fetched too, for a client of the same dialect', async () => {
    const { tell, first } = await start(
      {},
      { backends: { first: { capabilities: { '*': { mediaUrls: false } } }, second: { enabled: false } } },
    );
    const content = [{ type: 'image_url', image_url: { url: urlOf('/a.png') } }];
    const told = await tell({ fields: { messages: [{ role: 'user', content }], logit_bias: { 50256: -100 } } });
    expect(told.status).toBe(200);
    expect(first.calls[0]?.json).toMatchObject({
      model: 'gpt-fake',
      logit_bias: { 50256: -100 },
      messages: [{ content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }] }],
    });
  });

  it('allow opens a private network, which is closed without it', async () => {
    const { tell } = await start({ allow: [] });
    expect(await tell(withDocuments(urlOf('/a.pdf')))).toMatchObject(refusal('has no public address'));
    expect(answered).toEqual([]);
  });

  it('ports says where to connect', async () => {
    const { tell } = await start({ ports: [80] });
    expect(await tell(withDocuments(urlOf('/a.pdf')))).toMatchObject(refusal(`no files are fetched from port ${port}`));
  });

  it('maxBytes limits a file', async () => {
    const { tell } = await start({ maxBytes: 1024 });
    expect(await tell(withDocuments(urlOf('/large.pdf')))).toMatchObject(refusal('larger than 1024 bytes'));
  });

  it('maxFiles limits the files of a request', async () => {
    const { tell } = await start({ maxFiles: 1 });
    expect(await tell(withDocuments(urlOf('/a.pdf'), urlOf('/b.pdf')))).toMatchObject(refusal('more than 1 files'));
  });

  it('timeoutMs limits the wait', async () => {
    const { tell } = await start({ timeoutMs: 50 });
    expect(await tell(withDocuments(urlOf('/never')))).toMatchObject(refusal('longer than 50 ms'));
  });

  it.each([
    [0, 400],
    [1, 200],
  ])('maxRedirects = %i answers a file that has moved with %i', async (maxRedirects, status) => {
    const { tell } = await start({ maxRedirects });
    expect(await tell(withDocuments(urlOf('/moved')))).toMatchObject({ status });
  });

  it.each([
    [['application/pdf'], 400],
    [['text/html'], 200],
  ])('contentTypes = %j answers a page with %i', async (contentTypes, status) => {
    const { tell } = await start({ contentTypes });
    expect(await tell(withDocuments(urlOf('/a.html')))).toMatchObject({ status });
  });

  it.each([
    ['allow', ['everything'], 'must be a network like 10.1.0.0/16 or fd12::/32'],
    ['contentTypes', ['image/svg+xml'], 'image/png'],
  ])('%s = %j is refused', (key, value, message) => {
    expect(() => checkConfig({ media: { fetch: { [key]: value } } }, 'the test')).toThrow(message);
  });
});
