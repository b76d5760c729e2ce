import { Readable } from 'node:stream';

import { GatewayError } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { readPrompt } from './read-input.js';

const piped = (chunks: Iterable<unknown>): NodeJS.ReadStream => {
  const stream: Readable = Readable.from(chunks);
  return Object.assign(stream, { isTTY: false }) as unknown as NodeJS.ReadStream;
};
const endless = (): NodeJS.ReadStream => new Readable({ read: () => undefined }) as unknown as NodeJS.ReadStream;
const { signal } = new AbortController();

describe('the prompt', () => {
  it('joins characters that were cut between two chunks', async () => {
    const bytes = Buffer.from('größer');
    expect(await readPrompt(undefined, piped([bytes.subarray(0, 3), bytes.subarray(3)]), signal)).toBe('größer');
  });

  it('is the argument alone when nothing but white space is piped in', async () => {
    expect(await readPrompt('ask', piped([Buffer.from(' \n')]), signal)).toBe('ask');
  });

  it('is missing when the argument is empty and nothing is piped in', async () => {
    await expect(readPrompt('', piped([]), signal)).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('is not waited for once the signal is aborted', async () => {
    const controller = new AbortController();
    const reason = new GatewayError('client_aborted', 'interrupted');
    const prompt = readPrompt('ask', endless(), controller.signal);
    controller.abort(reason);
    await expect(prompt).rejects.toBe(reason);
  });

  it('fails as its stream fails', async () => {
    const broken = endless();
    const prompt = readPrompt('ask', broken, signal);
    broken.destroy(new Error('the pipe broke'));
    await expect(prompt).rejects.toThrow('the pipe broke');
  });
});
