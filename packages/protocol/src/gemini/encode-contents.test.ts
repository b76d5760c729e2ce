import type { AssistantPart, ChatRequest, Message, OpaqueState, ToolResultContent } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { encodeRequest } from './encode-request.js';

const hello: Message = { role: 'user', parts: [{ type: 'text', text: 'hi' }] };
const helloContent = { role: 'user', parts: [{ text: 'hi' }] };

const encode = (fields: Partial<ChatRequest>, model = 'gemini-3-flash') => {
  const request: ChatRequest = {
    model: 'auto',
    messages: [hello],
    stream: true,
    streamUsage: true,
    tools: [],
    foreign: [],
    ...fields,
  };
  const { body, losses } = encodeRequest(request, { model, options: {}, defaultMaxOutputTokens: 1 });
  return { body: JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>, losses };
};

const lostPaths = (messages: readonly Message[]): string[] => encode({ messages }).losses.map(({ path }) => path);
const say = (role: 'system' | 'developer' | 'user' | 'assistant', what: string): Message => ({
  role,
  parts: [{ type: 'text', text: what }],
});
const ask = (...parts: AssistantPart[]): Message => ({ role: 'assistant', parts });
const call = (id: string, fields: object = {}): AssistantPart => ({
  type: 'tool-call',
  id,
  name: `do_${id}`,
  arguments: '{}',
  ...fields,
});
const answer = (toolCallId: string, ...parts: ToolResultContent[]): Message => ({ role: 'tool', toolCallId, parts });
const own: OpaqueState = { dialect: 'gemini', kind: 'signature', data: 'c2ln' };
const other: OpaqueState = { dialect: 'anthropic-messages', kind: 'signature', data: 'x' };
const png = { type: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } } as const;
const wirePng = { inlineData: { mimeType: 'image/png', data: 'AA==' } };

describe('a conversation for Gemini', () => {
  it('begins with its system messages as the instruction', () => {
    const { body } = encode({ messages: [say('system', 'a'), say('developer', 'b'), hello] });
    expect(body).toEqual({ systemInstruction: { parts: [{ text: 'a' }, { text: 'b' }] }, contents: [helloContent] });
  });

  it('has later system messages as marked text in their place and says so', () => {
    const foreign = { type: 'foreign', dialect: 'gemini', path: 'p', value: { other: 1 } } as const;
    const system: Message = { role: 'developer', parts: [{ type: 'text', text: 'c' }, foreign] };
    const { body, losses } = encode({ messages: [hello, say('assistant', 'b'), system, hello] });
    expect(body['contents']).toEqual([
      helloContent,
      { role: 'model', parts: [{ text: 'b' }] },
      { role: 'user', parts: [{ text: '<system>c</system>' }, { other: 1 }, { text: 'hi' }] },
    ]);
    expect(losses.map(({ path }) => path)).toEqual(['messages[2].role']);
  });

  it('asks with the last system message when there is no other', () => {
    const { body } = encode({ messages: [say('system', 'a'), say('system', 'b')] });
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'a' }] },
      contents: [{ role: 'user', parts: [{ text: '<system>b</system>' }] }],
    });
  });

  it('leaves out what says nothing', () => {
    const empty: Message = { role: 'assistant', parts: [{ type: 'text', text: '' }] };
    const { body, losses } = encode({ messages: [hello, empty, hello] });
    expect(body['contents']).toEqual([{ role: 'user', parts: [{ text: 'hi' }, { text: 'hi' }] }]);
    expect(losses).toEqual([{ path: 'messages[1]', reason: 'Gemini refuses a message without content' }]);
  });

  it('loses names, cache hints, citations and details', () => {
    const cacheHint = { ttl: '5m' } as const;
    const url = { kind: 'url', url: 'https://a.test/a' } as const;
    const messages: Message[] = [
      {
        role: 'user',
        name: 'Ann',
        parts: [
          { type: 'text', text: 'a', cacheHint },
          { type: 'image', source: url, detail: 'high' },
          { type: 'image', source: url, detail: 'auto' },
          { type: 'document', source: url, name: 'n', cacheHint },
        ],
      },
      ask({ type: 'text', text: 'b', citations: [{ url: 'https://a.test' }] }, call('a', { cacheHint })),
      { ...answer('a', { type: 'text', text: 'c', cacheHint }), cacheHint } as Message,
    ];
    expect(lostPaths(messages)).toEqual([
      'messages[0].name',
      'messages[0].content[0].cacheHint',
      'messages[0].content[1].detail',
      'messages[0].content[3].cacheHint',
      'messages[0].content[3].name',
      'messages[1].content[0].citations',
      'messages[1].content[1].cacheHint',
      'messages[2].cacheHint',
      'messages[2].content[0].cacheHint',
    ]);
  });

  it('writes media as bytes or by URL', () => {
    const parts = [
      png,
      { type: 'image', source: { kind: 'url', url: 'https://a.test/a.webp' } },
      { type: 'document', source: { kind: 'url', url: 'https://a.test/a' } },
      { type: 'document', source: { kind: 'text', text: 'notes' } },
    ] as const;
    expect(encode({ messages: [{ role: 'user', parts }] }).body['contents']).toEqual([
      {
        role: 'user',
        parts: [
          wirePng,
          { fileData: { fileUri: 'https://a.test/a.webp', mimeType: 'image/webp' } },
          { fileData: { fileUri: 'https://a.test/a' } },
          { inlineData: { mimeType: 'text/plain', data: 'bm90ZXM=' } },
        ],
      },
    ]);
  });

  it("writes our own foreign parts as they came and loses others'", () => {
    const foreign = (dialect: 'gemini' | 'openai-chat') =>
      ({ type: 'foreign', dialect, path: `of ${dialect}`, value: { executableCode: {} } }) as const;
    const { body, losses } = encode({
      messages: [{ role: 'user', parts: [foreign('gemini'), foreign('openai-chat')] }],
    });
    expect(body['contents']).toEqual([{ role: 'user', parts: [{ executableCode: {} }] }]);
    expect(losses).toEqual([{ path: 'of openai-chat', reason: 'only openai-chat knows it' }]);
  });

  it('sends a refusal as text', () => {
    expect(encode({ messages: [ask({ type: 'refusal', text: 'no' })] }).body['contents']).toEqual([
      { role: 'model', parts: [{ text: 'no' }] },
    ]);
  });

  it('carries signatures of Gemini and thoughts that nobody signed', () => {
    const messages = [
      ask(
        { type: 'reasoning', text: 'a', state: own },
        { type: 'reasoning', text: 'b' },
        { type: 'reasoning', text: '' },
        { type: 'reasoning', text: '', state: own },
        { type: 'text', text: '', state: own },
        call('c', { state: own }),
      ),
    ];
    expect(encode({ messages })).toEqual({
      body: {
        contents: [
          {
            role: 'model',
            parts: [
              { text: 'a', thought: true, thoughtSignature: 'c2ln' },
              { text: 'b', thought: true },
              { text: '', thought: true, thoughtSignature: 'c2ln' },
              { text: '', thoughtSignature: 'c2ln' },
              { functionCall: { id: 'c', name: 'do_c', args: {} }, thoughtSignature: 'c2ln' },
            ],
          },
        ],
      },
      losses: [],
    });
  });

  it("drops another provider's state, and lists its reasoning where it had words", () => {
    const messages = [
      ask(
        { type: 'reasoning', text: 'a', state: other },
        { type: 'reasoning', text: '', state: other },
        { type: 'text', text: 'b', state: other },
      ),
    ];
    expect(encode({ messages })).toEqual({
      body: { contents: [{ role: 'model', parts: [{ text: 'b' }] }] },
      losses: [{ path: 'messages[0].content[0]', reason: 'reasoning of another provider' }],
    });
  });

  it('says of the first call that it is not signed, for models that ask', () => {
    const messages = [ask(say('user', 'x').parts[0] as AssistantPart, call('a', { state: other }), call('b'))];
    const [content] = encode({ messages }).body['contents'] as { parts: unknown[] }[];
    expect(content?.parts).toEqual([
      { text: 'x' },
      {
        functionCall: { id: 'a', name: 'do_a', args: {} },
        thoughtSignature: 'skip_thought_signature_validator',
      },
      { functionCall: { id: 'b', name: 'do_b', args: {} } },
    ]);
    expect(JSON.stringify(encode({ messages }, 'gemini-2.5-flash').body)).not.toContain('thoughtSignature');
  });

  it('writes the text for a text tool as its input', () => {
    const messages = [
      ask(call('a', { arguments: 'ls -l', takesText: true, state: own }), call('b', { arguments: '' })),
    ];
    expect(encode({ messages }).body['contents']).toMatchObject([
      { parts: [{ functionCall: { args: { input: 'ls -l' } } }, { functionCall: { args: {} } }] },
    ]);
  });

  it.each(['{"a":', '[]', 'null'])('refuses the tool arguments %s', (args) => {
    expect(() => encode({ messages: [ask(call('a', { arguments: args }))] })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        detail: 'messages[0].content[0].arguments must be a JSON object as text',
      }),
    );
  });
});

describe('tool results for Gemini', () => {
  const asked = ask(call('a', { state: own }), call('b'));
  const turnAfter = (model: string | undefined, ...messages: Message[]) =>
    (encode({ messages: [asked, ...messages] }, model).body['contents'] as { parts: unknown[] }[])[1]?.parts;
  const response = (id: string, outcome: object) => ({
    functionResponse: { id, name: `do_${id}`, response: outcome },
  });

  it('go together under the names of their functions, ahead of what the user says', () => {
    const texts = [
      { type: 'text', text: 'x' },
      { type: 'text', text: 'y' },
    ] as const;
    const failed: Message = { role: 'tool', toolCallId: 'b', parts: [{ type: 'text', text: 'no' }], isError: true };
    expect(turnAfter(undefined, answer('a', ...texts), hello, failed)).toEqual([
      response('a', { output: 'x\ny' }),
      response('b', { error: 'no' }),
      { text: 'hi' },
    ]);
  });

  it('have their id for a name when their call is not there', () => {
    expect(turnAfter(undefined, answer('other'))).toEqual([
      { functionResponse: { id: 'other', name: 'other', response: { output: '' } } },
    ]);
  });

  it('hold bytes inside, and what is behind a URL beside them', () => {
    const link = { type: 'image', source: { kind: 'url', url: 'https://a.test/a.png' } } as const;
    const foreign = { type: 'foreign', dialect: 'gemini', path: 'p', value: { other: 1 } } as const;
    expect(turnAfter(undefined, answer('a', png, link, foreign), answer('b'))).toEqual([
      {
        functionResponse: {
          id: 'a',
          name: 'do_a',
          response: { output: '' },
          parts: [wirePng, { other: 1 }],
        },
      },
      response('b', { output: '' }),
      { text: 'Belongs to the result of do_a (a):' },
      { fileData: { fileUri: 'https://a.test/a.png', mimeType: 'image/png' } },
    ]);
  });

  it('have all media beside them for models before Gemini 3', () => {
    expect(turnAfter('gemini-2.5-pro', answer('a', png))).toEqual([
      response('a', { output: '' }),
      { text: 'Belongs to the result of do_a (a):' },
      wirePng,
    ]);
  });
});
