import { describe, expect, it } from '@jest/globals';
import type { ChatRequest, OpaqueState } from '@claudette/core';

import { writeCallId } from './call-id.js';
import { decodeRequest } from './decode-request.js';

const decodeMessage = (...messages: object[]): ChatRequest =>
  decodeRequest(Buffer.from(JSON.stringify({ model: 'm', messages })));

describe('a decoded message', () => {
  it.each([
    ['a URL', 'https://a.example/b.png', { kind: 'url', url: 'https://a.example/b.png' }],
    ['a data URL', 'data:image/gif;base64,R0lG', { kind: 'base64', mediaType: 'image/gif', data: 'R0lG' }],
    ['a data URL in plain text', 'data:image/svg+xml,<svg/>', { kind: 'url', url: 'data:image/svg+xml,<svg/>' }],
  ])('has images behind %s', (_, url, source) => {
    const message = { role: 'user', content: [{ type: 'image_url', image_url: { url } }] };
    expect(decodeMessage(message).messages[0]?.parts).toEqual([{ type: 'image', source }]);
  });

  it('has images behind a URL without an object around it', () => {
    const message = { role: 'user', content: [{ type: 'image_url', image_url: 'https://a.example/b.png' }] };
    expect(decodeMessage(message).messages[0]?.parts).toEqual([
      { type: 'image', source: { kind: 'url', url: 'https://a.example/b.png' } },
    ]);
  });

  const file = (file_data: unknown): object => ({ type: 'file', file: { filename: 'f', file_data } });

  it.each([
    ['a URL', 'https://a.example/b.pdf', { kind: 'url', url: 'https://a.example/b.pdf' }],
    ['a PDF', 'data:application/pdf;base64,JVBE', { kind: 'base64', mediaType: 'application/pdf', data: 'JVBE' }],
    ['a text', 'data:text/plain;base64,aGk=', { kind: 'text', text: 'hi' }],
    [
      'a text that is not UTF-8',
      'data:text/plain;base64,/w==',
      { kind: 'base64', mediaType: 'text/plain', data: '/w==' },
    ],
  ])('has %s as a document', (_, data, source) => {
    expect(decodeMessage({ role: 'user', content: [file(data)] }).messages[0]?.parts).toEqual([
      { type: 'document', source, name: 'f' },
    ]);
  });

  it.each([[undefined], ['JVBE'], [5]])('keeps a file with the data %j as foreign', (data) => {
    expect(decodeMessage({ role: 'user', content: [file(data)] }).messages[0]?.parts).toMatchObject([
      { type: 'foreign', path: 'messages[0].content[0]' },
    ]);
  });

  it("has Mistral's thinking as reasoning", () => {
    const thinking = [{ type: 'text', text: 'h' }, { type: 'reference' }, { type: 'text', text: 'm' }];
    const content = [
      { type: 'thinking', thinking },
      { type: 'text', text: 'a' },
    ];
    expect(decodeMessage({ role: 'assistant', content }).messages[0]?.parts).toEqual([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'a' },
    ]);
  });

  it('keeps an empty text of the user', () => {
    expect(decodeMessage({ role: 'user', content: '' }).messages[0]?.parts).toEqual([{ type: 'text', text: '' }]);
  });

  it.each([{ content: '' }, { content: null }, {}])('of the assistant says nothing with %j', (fields) => {
    expect(decodeMessage({ role: 'assistant', ...fields }).messages[0]?.parts).toEqual([]);
  });

  it.each([
    ['in its field', { content: null, refusal: 'No.' }],
    ['among its parts', { content: [{ type: 'refusal', refusal: 'No.' }] }],
  ])('has a refusal %s', (_, fields) => {
    expect(decodeMessage({ role: 'assistant', ...fields }).messages[0]?.parts).toEqual([
      { type: 'refusal', text: 'No.' },
    ]);
  });

  it('has reasoning under its other name', () => {
    const [message] = decodeMessage({ role: 'assistant', content: 'a', reasoning: 'why' }).messages;
    expect(message?.parts).toEqual([
      { type: 'reasoning', text: 'why' },
      { type: 'text', text: 'a' },
    ]);
  });

  it('has tool calls whose type was left out', () => {
    const call = { id: 'c', function: { name: 'f', arguments: '{}' } };
    expect(decodeMessage({ role: 'assistant', tool_calls: [call] }).messages[0]?.parts).toEqual([
      { type: 'tool-call', id: 'c', name: 'f', arguments: '{}' },
    ]);
  });

  it('has parts of unknown types as foreign parts, even those named like something built in', () => {
    const part = { type: 'constructor' };
    expect(decodeMessage({ role: 'user', content: [part] }).messages[0]?.parts).toEqual([
      { type: 'foreign', dialect: 'openai-chat', path: 'messages[0].content[0]', value: part },
    ]);
  });
});

describe('decoded citations of earlier turns', () => {
  const cited = { type: 'url_citation', url_citation: { url: 'https://a.example' } };

  it('are nothing when the list is empty', () => {
    const { messages, foreign } = decodeMessage({ role: 'assistant', content: 'a', annotations: [] });
    expect([messages[0]?.parts, foreign]).toEqual([[{ type: 'text', text: 'a' }], []]);
  });

  it('belong to the text, not to what was declined', () => {
    const message = {
      role: 'assistant',
      content: [
        { type: 'text', text: 'a' },
        { type: 'refusal', refusal: 'b' },
      ],
    };
    expect(decodeMessage({ ...message, annotations: [cited] }).messages[0]?.parts).toEqual([
      { type: 'text', text: 'a', citations: [{ url: 'https://a.example' }] },
      { type: 'refusal', text: 'b' },
    ]);
  });

  it.each([
    ['without a text', { content: null, annotations: [cited] }],
    ['of another type', { content: 'a', annotations: [cited, { type: 'file' }] }],
    ['that are no objects', { content: 'a', annotations: [5] }],
  ])('are foreign %s', (_, fields) => {
    const { foreign } = decodeMessage({ role: 'assistant', ...fields });
    expect(foreign).toEqual([{ dialect: 'openai-chat', path: 'messages[0].annotations', value: fields.annotations }]);
  });
});

describe('state that rode on the ids of tool calls', () => {
  const signature: OpaqueState = { dialect: 'gemini', kind: 'signature', data: 'c2ln' };
  const thought: OpaqueState = { dialect: 'anthropic-messages', kind: 'signature', data: 's1', text: 'First.' };
  const redacted: OpaqueState = { dialect: 'anthropic-messages', kind: 'encrypted', data: 's2', text: '' };

  const wireCall = (id: string, ...states: OpaqueState[]): object => ({
    id: writeCallId(id, states),
    function: { name: 'f', arguments: '{}' },
  });
  const call = (id: string): object => ({ type: 'tool-call', id, name: 'f', arguments: '{}' });
  const reasoning = ({ text, ...state }: OpaqueState): object => ({ type: 'reasoning', text, state });
  const partsOf = (message: object): unknown => decodeMessage({ role: 'assistant', ...message }).messages[0]?.parts;

  it('belongs to the call again', () => {
    expect(partsOf({ tool_calls: [wireCall('c', signature)] })).toEqual([{ ...call('c'), state: signature }]);
  });

  it('is reasoning again, in front of the call and of what was said with it', () => {
    const calls = [wireCall('c', signature, thought, redacted), wireCall('d'), wireCall('e', redacted)];
    expect(partsOf({ content: 'So.', tool_calls: calls })).toEqual([
      reasoning(thought),
      reasoning(redacted),
      { type: 'text', text: 'So.' },
      { ...call('c'), state: signature },
      call('d'),
      reasoning(redacted),
      call('e'),
    ]);
  });

  it('is not there twice when the client returns the reasoning too', () => {
    const calls = [wireCall('c', thought)];
    expect(partsOf({ reasoning_content: 'First.', tool_calls: calls })).toEqual([reasoning(thought), call('c')]);
    expect(partsOf({ reasoning_content: 'Before. First.', tool_calls: calls })).toEqual([
      { type: 'reasoning', text: 'Before. ' },
      reasoning(thought),
      call('c'),
    ]);
  });

  it('leaves the id of the result as the provider made it', () => {
    const message = { role: 'tool', tool_call_id: writeCallId('c', [signature, thought]), content: 'x' };
    expect(decodeMessage(message).messages).toMatchObject([{ role: 'tool', toolCallId: 'c' }]);
  });

  it('makes the request one that is not for Chat as it is', () => {
    const carrier = { role: 'assistant', tool_calls: [wireCall('c', signature)] };
    expect(decodeMessage(carrier).carriesSealedState).toBe(true);
    expect(decodeMessage()).not.toHaveProperty('carriesSealedState');
  });
});
