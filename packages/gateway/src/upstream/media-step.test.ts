import type { FetchedFile, GuardedFetch } from '@claudette/connection-pool';
import type { Call, Message, UserPart } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { makeCall, target } from '../__fixtures__/make-call.js';
import { helloFrames, makeReply } from '../__fixtures__/make-reply.js';
import { checkConfig } from '../config/check-config.js';
import { createMediaStep } from './media-step.js';
import type { MediaStepOptions } from './media-step.js';

const document = (url: string): UserPart => ({ type: 'document', source: { kind: 'url', url } });
const image = (url: string): UserPart => ({ type: 'image', source: { kind: 'url', url } });
const callWith = (...parts: UserPart[]): Call => ({
  ...makeCall({}, { messages: [{ role: 'user', parts }] }),
  target,
});

interface Asked {
  readonly url: string;
  readonly types: readonly string[];
  readonly isLeft: () => boolean;
}

const pdf: FetchedFile = { mediaType: 'application/pdf', bytes: Buffer.from('%PDF-') };

/** A step over a fetch that the test answers, and what was sent on. */
const start = (
  answer: (url: string) => Promise<FetchedFile> = () => Promise.resolve(pdf),
  { capabilities = {}, ...options }: Partial<MediaStepOptions> & { capabilities?: object } = {},
) => {
  const asked: Asked[] = [];
  const sent: Call[] = [];
  const fetch: GuardedFetch = (url, { types, signal }) => {
    asked.push({ url, types, isLeft: () => signal.aborted });
    return answer(url);
  };
  const { backends } = checkConfig(
    { backends: { first: { provider: 'openai', models: ['gpt-fake'], capabilities } } },
    'the test',
  );
  const step = createMediaStep({
    fetch,
    contentTypes: ['image/png', 'application/pdf', 'text/plain'],
    maxFiles: 2,
    backends: new Map(Object.entries(backends).map(([name, config]) => [name, { config }])),
    ...options,
  });
  const exchange = step.withMedia((call) => {
    sent.push(call);
    return Promise.resolve(makeReply({ frames: helloFrames }));
  });
  return {
    step,
    asked,
    exchange,
    partsOf: (index = 0): Message['parts'] | undefined => sent[index]?.request.messages[0]?.parts,
    sent,
  };
};

describe('a call', () => {
  it('with nothing to fetch goes on as it is', async () => {
    const { exchange, sent, asked } = start();
    const calls = [callWith(image('https://files.example/i')), makeCall()];
    for (const call of calls) await exchange(call);
    expect(sent).toEqual(calls);
    expect(sent[0]).toBe(calls[0]);
    expect(asked).toEqual([]);
  });

  it('gets the file in the place of its link', async () => {
    const { exchange, partsOf, asked } = start();
    await exchange(callWith(document('https://files.example/d')));
    expect(partsOf()).toEqual([
      { type: 'document', source: { kind: 'base64', mediaType: 'application/pdf', data: 'JVBERi0=' } },
    ]);
    expect(asked).toMatchObject([{ url: 'https://files.example/d', types: ['application/pdf', 'text/plain'] }]);
  });

  it('gets plain text as text', async () => {
    const { exchange, partsOf } = start(() =>
      Promise.resolve({ mediaType: 'text/plain', bytes: Buffer.from('grüß dich') }),
    );
    await exchange(callWith(document('https://files.example/d')));
    expect(partsOf()).toEqual([{ type: 'document', source: { kind: 'text', text: 'grüß dich' } }]);
  });

  it.each([{ '*': { mediaUrls: false } }, { '*': { mediaUrls: true }, 'gpt-fake': { mediaUrls: false } }])(
    'gets images too for a model that takes no URLs: %j',
    async (capabilities) => {
      const png: FetchedFile = { mediaType: 'image/png', bytes: Buffer.from('png') };
      const { exchange, partsOf, asked } = start(() => Promise.resolve(png), { capabilities });
      await exchange(callWith(image('https://files.example/i')));
      expect(partsOf()).toEqual([{ type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'cG5n' } }]);
      expect(asked).toMatchObject([{ types: ['image/png'] }]);
    },
  );

  it('fetches once for all of its attempts', async () => {
    const { exchange, sent, asked } = start();
    const call = callWith(document('https://files.example/d'), document('https://files.example/d'));
    await Promise.all([exchange(call), exchange({ ...call })]);
    await exchange({ ...call });
    expect(sent).toHaveLength(3);
    expect(asked).toHaveLength(1);
  });

  it('fetches anew for another request', async () => {
    const { exchange, asked } = start();
    await exchange(callWith(document('https://files.example/d')));
    await exchange(callWith(document('https://files.example/d')));
    expect(asked).toHaveLength(2);
  });
});

describe('a refusal', () => {
  const refusal = new GatewayError('translation_refused', 'no');

  it('of one file is the end of the attempt, and of the other fetches', async () => {
    const { exchange, asked, sent } = start((url) =>
      url.endsWith('bad') ? Promise.reject(refusal) : new Promise(() => undefined),
    );
    const call = callWith(document('https://files.example/d'), document('https://files.example/bad'));
    await expect(exchange(call)).rejects.toBe(refusal);
    expect(asked.map(({ isLeft }) => isLeft())).toEqual([true, false]);
    expect(sent).toEqual([]);
  });

  it('is remembered for the next attempt', async () => {
    const { exchange, asked } = start(() => Promise.reject(refusal));
    const call = callWith(document('https://files.example/d'));
    await expect(exchange({ ...call })).rejects.toBe(refusal);
    await expect(exchange({ ...call })).rejects.toBe(refusal);
    expect(asked).toHaveLength(1);
  });

  it('meets too many files before any is fetched', async () => {
    const { exchange, asked } = start();
    const call = callWith(...[1, 2, 3].map((n) => document(`https://files.example/${n}`)));
    await expect(exchange(call)).rejects.toMatchObject({
      code: 'translation_refused',
      detail: 'it links to more than 2 files that are to be fetched',
    });
    expect(asked).toEqual([]);
  });

  it('meets a kind of file of which no type may be fetched', async () => {
    const { exchange, asked } = start(undefined, { contentTypes: ['image/png'] });
    await expect(exchange(callWith(document('https://files.example/d')))).rejects.toMatchObject({
      code: 'translation_refused',
      detail: 'no documents are fetched by URL',
    });
    expect(asked).toEqual([]);
  });

  it('is the reason of the abort when the client leaves, and the fetch ends', async () => {
    const { exchange, asked } = start(() => new Promise(() => undefined));
    const controller = new AbortController();
    const call = callWith(document('https://files.example/d'));
    const pending = exchange({ ...call, context: { ...call.context, signal: controller.signal } });
    controller.abort(new GatewayError('client_aborted', 'gone'));
    await expect(pending).rejects.toMatchObject({ code: 'client_aborted' });
    expect(asked.map(({ isLeft }) => isLeft())).toEqual([true]);
  });
});

describe('what is likely to go to a target', () => {
  it('has files where links are, and fetches none', () => {
    const { step, asked } = start();
    const call = callWith(image('https://files.example/i'), document('https://files.example/d'));
    expect(step.assume(call, target).messages).toEqual([
      {
        role: 'user',
        parts: [
          image('https://files.example/i'),
          { type: 'document', source: { kind: 'base64', mediaType: 'application/pdf', data: '' } },
        ],
      },
    ]);
    expect(asked).toEqual([]);
  });

  it('is the request itself where there is nothing to fetch', () => {
    const { step } = start();
    const call = callWith(image('https://files.example/i'));
    expect(step.assume(call, target)).toBe(call.request);
  });
});
