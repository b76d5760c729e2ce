import type { AssistantPart, DocumentPart, Message, ReasoningPart } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { encode, hello, lostPaths, wireText } from './__fixtures__/encoded-request.js';

const text = (role: 'system' | 'developer' | 'user' | 'assistant', what: string): Message => ({
  role,
  parts: [{ type: 'text', text: what }],
});

describe('a conversation for Anthropic', () => {
  it('sends leading system and developer messages as the system field', () => {
    const { body } = encode({ messages: [text('system', 'a'), text('developer', 'b'), hello] });
    expect(body['system']).toEqual([wireText('a'), wireText('b')]);
  });

  it('sends a later system message as user text in its place and says so', () => {
    const { body, losses } = encode({ messages: [hello, text('assistant', 'b'), text('system', 'c'), hello] });
    expect(body['messages']).toEqual([
      { role: 'user', content: [wireText('hi')] },
      { role: 'assistant', content: [wireText('b')] },
      { role: 'user', content: [wireText('c'), wireText('hi')] },
    ]);
    expect(losses).toEqual([
      { path: 'messages[2]', reason: 'a system message inside the conversation is sent as user text' },
    ]);
  });

  it('asks with the last system message when there is no other', () => {
    const { body, losses } = encode({ messages: [text('system', 'a'), text('system', 'b')] });
    expect(body).toMatchObject({ system: [wireText('a')], messages: [{ role: 'user', content: [wireText('b')] }] });
    expect(losses).toHaveLength(1);
  });

  it('puts tool results of one turn together, ahead of what the user says', () => {
    const result = (toolCallId: string): Message => ({ role: 'tool', toolCallId, parts: [] });
    const call: Message = {
      role: 'assistant',
      parts: [{ type: 'tool-call', id: 'a', name: 'f', arguments: '' }],
    };
    const { body } = encode({ messages: [call, result('a'), hello, result('b')] });
    expect(body['messages']).toEqual([
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'a' }, { type: 'tool_result', tool_use_id: 'b' }, wireText('hi')],
      },
    ]);
  });

  it.each(['{"a":', '[]', 'null'])('refuses the tool arguments %s', (args) => {
    const parts = [{ type: 'tool-call' as const, id: 'a', name: 'f', arguments: args }];
    expect(() => encode({ messages: [{ role: 'assistant', parts }] })).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        detail: 'messages[0].content[0].arguments must be a JSON object as text',
      }),
    );
  });

  const reasoningLosses = (part: Omit<ReasoningPart, 'type'>) =>
    lostPaths({
      messages: [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', ...part },
            { type: 'text', text: 'yes' },
          ],
        },
      ],
    });
  const elsewhere = { dialect: 'gemini', kind: 'signature', data: 's' } as const;

  it("leaves out another provider's reasoning and lists it if it had text", () => {
    expect(reasoningLosses({ text: 'hm', state: elsewhere })).toEqual(['messages[0].content[0]']);
    expect(reasoningLosses({ text: '', state: elsewhere })).toEqual([]);
    expect(reasoningLosses({ text: '' })).toEqual([]);
  });

  it("leaves another provider's state of a call and of a text behind", () => {
    const parts: AssistantPart[] = [
      { type: 'text', text: 'a', state: elsewhere },
      { type: 'tool-call', id: 'f:0', name: 'f', arguments: '{}', state: elsewhere },
    ];
    const result: Message = { role: 'tool', toolCallId: 'f:0', parts: [] };
    const { body, losses } = encode({ messages: [{ role: 'assistant', parts }, result] });
    expect(body['messages']).toEqual([
      { role: 'assistant', content: [wireText('a'), { type: 'tool_use', id: 'f_0', name: 'f', input: {} }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'f_0' }] },
    ]);
    expect(losses).toEqual([]);
  });

  it('leaves out citations that it cannot prove and says so', () => {
    const citations = [{ url: 'https://a.test' }];
    const messages: Message[] = [{ role: 'assistant', parts: [{ type: 'text', text: 'a', citations }] }];
    expect(encode({ messages })).toMatchObject({
      body: { messages: [{ content: [wireText('a')] }] },
      losses: [{ path: 'messages[0].content[0].citations' }],
    });
  });

  const sendDocument = (source: DocumentPart['source']) => {
    const { body, losses } = encode({ messages: [{ role: 'user', parts: [{ type: 'document', source, name: 'D' }] }] });
    return {
      content: (body['messages'] as { content: unknown[] }[])[0]?.content[0],
      paths: losses.map(({ path }) => path),
    };
  };

  it.each([
    [{ kind: 'base64', mediaType: 'application/pdf', data: 'JVBERg==' }, { type: 'base64', data: 'JVBERg==' }, []],
    [{ kind: 'url', url: 'https://a.test/b.pdf' }, { type: 'url', url: 'https://a.test/b.pdf' }, []],
    [{ kind: 'text', text: 'é' }, { type: 'text', media_type: 'text/plain', data: 'é' }, []],
    [{ kind: 'base64', mediaType: 'text/plain;charset=utf-8', data: 'w6k=' }, { type: 'text', data: 'é' }, []],
    [
      { kind: 'base64', mediaType: 'text/csv', data: 'w6k=' },
      { type: 'text', media_type: 'text/plain', data: 'é' },
      ['messages[0].content[0].mediaType'],
    ],
  ] as const)('sends the document %j', (source, sent, lost) => {
    const { content, paths } = sendDocument(source);
    expect(content).toMatchObject({ type: 'document', source: sent, title: 'D' });
    expect(paths).toEqual(lost);
  });

  it('leaves out a document of a type that Anthropic does not read and says so', () => {
    const { paths } = sendDocument({ kind: 'base64', mediaType: 'application/zip', data: '' });
    expect(paths).toContain('messages[0].content[0]');
  });

  it('leaves out reasoning that nobody signed and says so', () => {
    const parts = [{ type: 'reasoning' as const, text: 'hm' }, wireText('yes') as { type: 'text'; text: string }];
    const { body, losses } = encode({ messages: [{ role: 'assistant', parts }] });
    expect(body['messages']).toEqual([{ role: 'assistant', content: [wireText('yes')] }]);
    expect(losses.map(({ path }) => path)).toEqual(['messages[0].content[0]']);
  });

  it('sends a refusal as text', () => {
    const messages: Message[] = [{ role: 'assistant', parts: [{ type: 'refusal', text: 'No.' }] }];
    expect(encode({ messages }).body['messages']).toEqual([{ role: 'assistant', content: [wireText('No.')] }]);
  });

  it('leaves out a message without content and says so', () => {
    const { body, losses } = encode({ messages: [hello, text('assistant', ''), text('user', 'there')] });
    expect(body['messages']).toEqual([{ role: 'user', content: [wireText('hi'), wireText('there')] }]);
    expect(losses.map(({ path }) => path)).toEqual(['messages[1]']);
  });

  it('lists what messages cannot carry', () => {
    const messages: Message[] = [
      {
        role: 'user',
        name: 'ann',
        parts: [
          { type: 'image', source: { kind: 'url', url: 'https://example.test/a.png' }, detail: 'low' },
          { type: 'foreign', dialect: 'openai-chat', path: 'messages[0].content[1]', value: {} },
        ],
      },
    ];
    expect(lostPaths({ messages })).toEqual([
      'messages[0].name',
      'messages[0].content[0].detail',
      'messages[0].content[1]',
    ]);
  });

  it('sends an earlier call that took text as JSON with one field', () => {
    const parts: AssistantPart[] = [{ type: 'tool-call', id: 'a', name: 'f', arguments: 'x {', takesText: true }];
    expect(encode({ messages: [{ role: 'assistant', parts }] }).body['messages']).toMatchObject([
      { content: [{ input: { input: 'x {' } }] },
    ]);
  });

  it('sends the conversation of a call without messages as it is', () => {
    expect(encode({ messages: [] }).body['messages']).toEqual([]);
  });
});
