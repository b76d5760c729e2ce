import type { ByteSource } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { aPool, aRequest, closeAll, httpServer, readText } from './__fixtures__/servers.js';
import { compressedLines, lines, repeatedBlock, storedBlock, zstdHeader } from './__fixtures__/zstd.js';
import { decompressZstd } from './decompress-zstd.js';

afterEach(closeAll);

/** Gives the chunks one by one and counts them. */
const sourceOf = (chunks: readonly Uint8Array[]) => {
  const seen = { given: 0, cancelled: 0, finished: 0 };
  const source: ByteSource = {
    next() {
      const value = chunks[seen.given];
      if (value === undefined) return Promise.resolve({ done: true, value });
      seen.given += 1;
      return Promise.resolve({ done: false, value });
    },
    cancel: () => void (seen.cancelled += 1),
    finish: () => void (seen.finished += 1),
  };
  return { seen, body: decompressZstd(source, (fault) => new Error('not zstd', { cause: fault })) };
};

const cutEvery = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );

describe('a body in zstd', () => {
  it('comes out of the pool decompressed', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'zstd', 'content-length': compressedLines.length });
      response.end(compressedLines);
    });
    const { headers, body } = await aPool().send(aRequest(server.url));
    expect(await readText(body)).toBe(lines);
    expect(Object.keys(headers)).not.toContain('content-encoding');
  });

  it('that is cut short on its way out of the pool is broken', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'zstd' });
      response.end(compressedLines.subarray(0, -20));
    });
    const { body } = await aPool().send(aRequest(server.url));
    await expect(readText(body)).rejects.toMatchObject({ code: 'upstream_broken', fault: { backend: 'demo' } });
  });

  it('closes its connection when it makes no sense', async () => {
    const server = await httpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'zstd' });
      response.write(Buffer.alloc(100, 'z'));
    });
    const { body } = await aPool().send(aRequest(server.url));
    await expect(readText(body)).rejects.toMatchObject({ code: 'upstream_broken' });
    await eventually(() => server.sockets.size === 0);
  });
});

describe('zstd without help from Node', () => {
  it.each([1, 7, 1000, 100_000])('is read in chunks of %d bytes', async (size) => {
    expect(await readText(sourceOf(cutEvery(compressedLines, size)).body)).toBe(lines);
  });

  it('is read block by block, as it streams', async () => {
    const first = Buffer.concat([zstdHeader, storedBlock('data: the first event\n\n')]);
    const { seen, body } = sourceOf([first, storedBlock('data: the second\n\n', true)]);
    expect(Buffer.from((await body.next()).value ?? '').toString()).toBe('data: the first event\n\n');
    expect(seen.given).toBe(1);
    expect(await readText(body)).toBe('data: the second\n\n');
  });

  it('is read over several frames', async () => {
    const frame = (text: string) => Buffer.concat([zstdHeader, storedBlock(text, true)]);
    expect(await readText(sourceOf([frame('the first frame, '), frame('and the second frame')]).body)).toBe(
      'the first frame, and the second frame',
    );
  });

  it('is empty when nothing was sent', async () => {
    expect(await readText(sourceOf([]).body)).toBe('');
  });

  it('does not become more than its reader has asked for', async () => {
    const blocks = Array.from({ length: 20_000 }, () => repeatedBlock());
    const { body } = sourceOf([Buffer.concat([zstdHeader, ...blocks, repeatedBlock(true)])]);
    const before = process.memoryUsage.rss();
    await body.next();
    await body.next();
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 1024 * 1024);
    body.cancel();
  });

  it.each([
    ['makes no sense', [Buffer.alloc(100, 'z')]],
    ['is cut inside a block', [Buffer.concat([zstdHeader, storedBlock('one two three four five').subarray(0, 9)])]],
    ['is cut behind a block', [Buffer.concat([zstdHeader, storedBlock('one two three four five')])]],
    ['is cut inside the head', [zstdHeader.subarray(0, 4)]],
  ])('is refused when it %s', async (_, chunks) => {
    const { seen, body } = sourceOf(chunks);
    await expect(readText(body)).rejects.toThrow('not zstd');
    expect(seen.cancelled).toBe(1);
  });

  it('rejects with what its source rejects with', async () => {
    const cause = new Error('reset');
    const source = { next: () => Promise.reject(cause), cancel: () => undefined, finish: () => undefined };
    await expect(decompressZstd(source, (fault) => fault).next()).rejects.toBe(cause);
  });

  it('can be cancelled during a read', async () => {
    let answer: (step: IteratorResult<Uint8Array, undefined>) => void = () => undefined;
    const next = (): ReturnType<ByteSource['next']> => new Promise((resolve) => (answer = resolve));
    let cancelled = 0;
    const source = { next, cancel: () => void (cancelled += 1), finish: () => undefined };
    const body = decompressZstd(source, (fault) => fault);
    const read = body.next();
    body.cancel();
    answer({ done: true, value: undefined });
    expect([(await read).done, cancelled]).toEqual([true, 1]);
  });

  it('can be left once its reader has finished', async () => {
    const { seen, body } = sourceOf(cutEvery(compressedLines, 50));
    await body.next();
    body.finish();
    expect([(await body.next()).done, seen.finished]).toEqual([true, 1]);
  });
});
