import { describe, expect, it } from '@jest/globals';

import type { ChatRequest, Message } from '@claudette/core';

import { order, plan, rejections } from '../__fixtures__/make-planner.js';
import { needsOf, whyIncapable } from './capabilities.js';
import type { Capabilities } from './capabilities.js';

const request = (facts: Partial<ChatRequest>): ChatRequest => ({
  model: 'm',
  messages: [],
  stream: false,
  streamUsage: false,
  tools: [],
  foreign: [],
  ...facts,
});

const user = (part: Extract<Message, { role: 'user' }>['parts'][number]): Partial<ChatRequest> => ({
  messages: [
    { role: 'user', parts: [{ type: 'text', text: 'Look.' }] },
    { role: 'user', parts: [part] },
  ],
});

const url = { kind: 'url', url: 'https://example.com/a' } as const;
const none: Capabilities = {
  tools: false,
  images: false,
  documents: false,
  reasoning: false,
  structuredOutput: false,
};
const why = (facts: Partial<ChatRequest>, capabilities: Capabilities = none): string | undefined =>
  whyIncapable(capabilities, () => needsOf(request(facts)), 50, 50);

describe('a target that can do nothing', () => {
  it.each<[string, Partial<ChatRequest>]>([
    ['it calls no tools', { tools: [{ name: 'f' }] }],
    ['it takes no images', user({ type: 'image', source: url })],
    ['it takes no images', { messages: [{ role: 'tool', toolCallId: '1', parts: [{ type: 'image', source: url }] }] }],
    ['it takes no documents', user({ type: 'document', source: url })],
    ['it does not reason', { reasoning: { effort: 'low' } }],
    ['it does not reason', { reasoning: { budgetTokens: 1024 } }],
    ['it does not reason', { reasoning: { adaptive: true } }],
    ['it has no structured output', { outputFormat: { kind: 'json' } }],
  ])('is rejected because %s', (reason, facts) => {
    expect(why(facts)).toBe(reason);
  });

  it.each<[string, Partial<ChatRequest>]>([
    ['plain text', user({ type: 'text', text: 'Hi.' })],
    ['no reasoning', { reasoning: { effort: 'none' } }],
    ['a summary of the reasoning, if there is any', { reasoning: { summary: 'auto' } }],
    ['a budget of nothing', { reasoning: { budgetTokens: 0 } }],
  ])('may be sent %s', (_, facts) => {
    expect(why(facts)).toBeUndefined();
  });
});

describe('a target of which nothing is known', () => {
  it('is excluded by nothing, and nobody looks what is needed', () => {
    const needs = (): never => {
      throw new Error('looked');
    };
    expect(whyIncapable({}, needs, 1e9, 1e9)).toBeUndefined();
    expect(whyIncapable({ images: true, contextTokens: 100 }, needs, 50, 50)).toBeUndefined();
    expect(whyIncapable({ contextTokens: 100 }, needs, 100, 25)).toBeUndefined();
  });
});

describe('what targets can do', () => {
  it('leaves out those whose context is too short for the prompt and the longest answer', () => {
    const made = plan({ capabilitiesOf: ({ backend }) => (backend === 'cheap' ? { contextTokens: 8192 } : {}) }, 'm', {
      request: { maxOutputTokens: 8120 },
    });
    expect(order(made)).toEqual(['middle', 'dear']);
    expect(rejections(made)).toEqual(['cheap: its context is 8192 tokens; this needs about 9120']);
  });

  it('refuses the call with the reason of each when none is left', () => {
    expect(() =>
      plan(
        { capabilitiesOf: ({ backend }) => (backend === 'cheap' ? { tools: false } : { images: false, tools: false }) },
        'mine',
        {
          request: { tools: [{ name: 'f' }], ...user({ type: 'image', source: url }) },
        },
      ),
    ).toThrow(
      expect.objectContaining({
        code: 'translation_refused',
        detail: 'dear/m: it calls no tools; cheap/m: it calls no tools; middle/m: it calls no tools',
      }),
    );
  });
});
