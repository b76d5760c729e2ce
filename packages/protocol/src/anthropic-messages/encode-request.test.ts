import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { encode, lostPaths, target, wireText } from './__fixtures__/encoded-request.js';
import { decodeRequest } from './decode-request.js';
import { anthropicMessages } from './index.js';

describe('encodeRequest', () => {
  it('writes no more than what is needed', () => {
    expect(encode({})).toEqual({
      body: { model: 'claude', max_tokens: 4096, messages: [{ role: 'user', content: [wireText('hi')] }] },
      losses: [],
    });
  });

  it('writes back what it read, but for what has lost its place', () => {
    const bytes = readFileSync(new URL('__fixtures__/request.json', import.meta.url));
    const original = JSON.parse(bytes.toString()) as Record<string, unknown>;
    const { body, losses } = encode(decodeRequest(bytes));
    expect(body).toMatchObject({
      tool_choice: original['tool_choice'],
      output_config: original['output_config'],
      service_tier: 'auto',
      stop_sequences: ['END'],
      temperature: 1,
      top_p: 0.97,
    });
    expect(body['messages']).toHaveLength(3);
    for (const field of ['metadata', 'thinking']) expect(body[field]).toEqual(original[field]);
    expect(body['tools']).toMatchObject([{}, { defer_loading: true }, { name: 'web_search', max_uses: 2 }]);
    expect(losses.map(({ path }) => path)).toEqual([
      'messages[2]',
      'messages[0].content[2].context',
      'messages[2].content[2].citations[1]',
    ]);
  });

  it('lists settings that Anthropic has not', () => {
    const settings = { seed: 0, presencePenalty: 0, frequencyPenalty: 1, choices: 2, logprobs: { top: 0 } };
    expect(lostPaths({ ...settings, promptCacheKey: 'k', verbosity: 'low' })).toEqual([
      'seed',
      'presencePenalty',
      'frequencyPenalty',
      'logprobs',
      'promptCacheKey',
      'verbosity',
      'choices',
    ]);
  });

  it('sends the label user_id as the user and lists the others', () => {
    const metadata = { user_id: 'u', team: 'blue' };
    expect(encode({ metadata })).toMatchObject({
      body: { metadata: { user_id: 'u' } },
      losses: [{ path: 'metadata.team' }],
    });
    expect(encode({ metadata, userId: 'v' }).body['metadata']).toEqual({ user_id: 'v' });
    expect(encode({ metadata: { team: 'blue' } }).body).not.toHaveProperty('metadata');
  });

  it.each([
    ['auto', 'auto', []],
    ['default', 'standard_only', []],
    ['standard_only', 'standard_only', []],
    ['flex', undefined, ['serviceTier']],
    ['toString', undefined, ['serviceTier']],
  ])('sends the service tier %s as %s', (serviceTier, sent, lost) => {
    expect(encode({ serviceTier }).body['service_tier']).toBe(sent);
    expect(lostPaths({ serviceTier })).toEqual(lost);
  });

  it('does not list one answer as a loss', () => {
    expect(lostPaths({ choices: 1 })).toEqual([]);
  });

  it('lists fields that only another dialect knows', () => {
    expect(lostPaths({ foreign: [{ dialect: 'openai-chat', path: 'logit_bias', value: {} }] })).toEqual(['logit_bias']);
  });

  it.each([
    [0, 0, []],
    [1, 1, []],
    [1.7, 1, ['temperature']],
  ])('sends temperature %d as %d', (temperature, sent, lost) => {
    expect(encode({ temperature }).body['temperature']).toBe(sent);
    expect(lostPaths({ temperature })).toEqual(lost);
  });

  it('sends a schema without its name', () => {
    const outputFormat = { kind: 'json-schema', schema: { type: 'object' }, name: 'n', strict: true } as const;
    const { body, losses } = encode({ outputFormat });
    expect(body['output_config']).toEqual({ format: { type: 'json_schema', schema: { type: 'object' } } });
    expect(losses).toEqual([]);
  });

  it('lists what a schema loses', () => {
    const outputFormat = { kind: 'json-schema', schema: {}, description: 'd', strict: false } as const;
    expect(lostPaths({ outputFormat })).toEqual(['outputFormat.description', 'outputFormat.strict']);
  });

  it('lists JSON without a schema as lost', () => {
    expect(lostPaths({ outputFormat: { kind: 'json' } })).toEqual(['outputFormat']);
  });
});

describe('patchRequest', () => {
  it('changes nothing but the model', () => {
    const body = Buffer.from('{ "model":"auto",  "max_tokens":1e400, "n":1152921504606846976, "messages":[]}');
    const request = { model: 'auto', messages: [], stream: false, streamUsage: true, tools: [], foreign: [] };
    expect(Buffer.from(anthropicMessages.patchRequest(body, request, target)).toString()).toBe(
      '{ "model":"claude",  "max_tokens":1e400, "n":1152921504606846976, "messages":[]}',
    );
  });
});

describe('withholdUsage', () => {
  it('withholds nothing, because every Messages stream tells its usage', () => {
    const frames = Buffer.from('event: message_stop\ndata: {"type":"message_stop"}\n\n');
    expect(anthropicMessages.withholdUsage(frames)).toBe(frames);
  });
});
