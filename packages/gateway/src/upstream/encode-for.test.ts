import type { Call, ChatRequest, Target } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { makeCall } from '../__fixtures__/make-call.js';
import type { Backend } from '../backend.js';
import { checkConfig } from '../config/check-config.js';
import { toBackend } from '../find-backends.js';
import { systemClock } from '../system-clock.js';
import { encodeFor, findLoss } from './encode-for.js';

let backend: Backend;
let target: Target;
beforeAll(() => {
  const { backends } = checkConfig({ backends: { lab: { provider: 'openai', models: ['m'] } } }, 'the test');
  const [config] = Object.values(backends);
  if (config === undefined) throw new Error('no backend');
  backend = toBackend('lab', config, { send: () => Promise.reject(new Error('not here')) }, systemClock);
  const [first] = backend.targets;
  if (first === undefined) throw new Error('no target');
  target = first;
});

const body = Buffer.from('{ "model" : "alias",  "big": 1e400 }');
const sent = (dialect: Target['dialect'], request: Partial<ChatRequest> = {}): Call => ({
  ...makeCall({}, request),
  original: { dialect, body, headers: {} },
});
const encode = (call: Call) => {
  const outgoing = encodeFor(call, codecs['openai-chat'], target, backend);
  return { ...outgoing, text: Buffer.from(outgoing.body).toString() };
};
const loss = (call: Call) => findLoss(call, codecs['openai-chat'], target, backend);

const foreign = [{ dialect: 'anthropic-messages', path: 'context_management', value: {} } as const];
const heldByProvider = { dialect: 'anthropic-messages', path: 'thread', value: {} } as const;

describe('the body for a target', () => {
  it("is the client's own where both speak the same dialect", () => {
    expect(encode(sent('openai-chat', { foreign }))).toMatchObject({
      text: '{ "model" : "m",  "big": 1e400 }',
      losses: [],
    });
  });

  it('is written anew where the history carries what was sealed for another dialect', () => {
    expect(encode(sent('openai-chat', { carriesSealedState: true })).text).toContain('"content":"hello"');
  });

  it('is a translation for another dialect, with its losses', () => {
    const { text, losses } = encode(sent('gemini', { foreign }));
    expect(text).toContain('"content":"hello"');
    expect(losses).toMatchObject([{ path: 'context_management' }]);
  });

  it('has losses that name fields as the client does', () => {
    expect(encode(sent('anthropic-messages', { topK: 4 })).losses).toMatchObject([{ path: 'top_k' }]);
    expect(encode(sent('gemini', { topK: 4 })).losses).toMatchObject([{ path: 'generationConfig.topK' }]);
  });

  it('has losses with canonical names where no client wrote anything', () => {
    expect(encode(makeCall({}, { topK: 4 })).losses).toMatchObject([{ path: 'topK' }]);
  });

  it('is refused where another provider holds the conversation', () => {
    expect(() => encode(sent('anthropic-messages', { heldByProvider }))).toThrow(
      expect.objectContaining({
        code: 'translation_refused',
        detail: 'thread refers to earlier turns that only anthropic-messages backends hold',
      }),
    );
  });
});

describe('what keeps a target from getting all of a request', () => {
  it("is nothing where it gets the client's own bytes", () => {
    expect(loss(sent('openai-chat', { foreign }))).toBeUndefined();
  });

  it('is nothing where a translation carries all of it', () => {
    expect(loss(sent('gemini'))).toBeUndefined();
  });

  it('is what a translation loses', () => {
    expect(loss(sent('gemini', { foreign }))).toMatch(/^context_management: /);
  });

  it('is that it cannot be sent at all', () => {
    expect(loss(sent('anthropic-messages', { heldByProvider }))).toContain('thread refers to earlier turns');
  });

  it('is not a fault of our own', () => {
    const wire = {
      ...codecs['openai-chat'],
      encodeRequest: () => {
        throw new TypeError('bug');
      },
    };
    expect(() => findLoss(sent('gemini'), wire, target, backend)).toThrow('bug');
  });
});
