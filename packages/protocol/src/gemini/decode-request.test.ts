import { readFileSync } from 'node:fs';

import type { Message } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { joinCallId, sealState } from '../opaque-state.js';
import { decodeRequest } from './decode-request.js';
import { writeSignature } from './thought-signature.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`__fixtures__/${name}`, import.meta.url));

const address = { model: 'gemini-2.5-flash', stream: true };

const decode = (fields: object) => decodeRequest(Buffer.from(JSON.stringify({ contents: [], ...fields })), address);

const decodeUser = (...parts: object[]): readonly Message[] => decode({ contents: [{ role: 'user', parts }] }).messages;

const foreignOf = (fields: object) => decode(fields).foreign.map(({ path, value }) => [path, value]);

const refusal = (detail: string) => expect.objectContaining({ code: 'invalid_request', detail });

const call = (name: string, id?: string) => ({ functionCall: { name, ...(id !== undefined && { id }) } });
const result = (name: string, id?: string, response: unknown = { output: 'x' }) => ({
  functionResponse: { name, response, ...(id !== undefined && { id }) },
});

describe('decodeRequest', () => {
  it('reads everything that the canonical form has a place for', () => {
    expect(decodeRequest(fixture('request.json'), address)).toEqual(
      JSON.parse(fixture('request.canonical.json').toString()),
    );
  });

  it('leaves absent what the client did not say', () => {
    const nothing = { systemInstruction: null, tools: null, toolConfig: null, generationConfig: null };
    expect(decode(nothing)).toEqual({
      model: 'gemini-2.5-flash',
      messages: [],
      stream: true,
      streamUsage: true,
      tools: [],
      foreign: [],
    });
  });

  it('takes the model from the body when the address has none', () => {
    expect(decodeRequest(Buffer.from('{"contents":[],"model":"models/m"}'))).toMatchObject({
      model: 'm',
      stream: false,
    });
  });

  it('refuses a body without contents', () => {
    expect(() => decodeRequest(Buffer.from('{}'), address)).toThrow(
      refusal('contents must be an array or an object, but is undefined'),
    );
  });

  it('takes a single content and a single part for lists of one', () => {
    expect(decode({ contents: { parts: { text: 'hi' } } }).messages).toEqual([
      { role: 'user', parts: [{ type: 'text', text: 'hi' }] },
    ]);
  });

  it('keeps earlier turns that only Google holds', () => {
    expect(decode({ cachedContent: 'cachedContents/a' }).heldByProvider).toEqual({
      dialect: 'gemini',
      path: 'cachedContent',
      value: 'cachedContents/a',
    });
  });

  it('takes the system instruction as plain text', () => {
    expect(decode({ systemInstruction: 'Be brief.' }).messages).toEqual([
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
    ]);
  });

  it('keeps what a system instruction holds besides text as foreign, and no empty one', () => {
    const image = { inlineData: { mimeType: 'image/png', data: '' } };
    expect(decode({ systemInstruction: { parts: [image] } }).messages).toEqual([
      {
        role: 'system',
        parts: [{ type: 'foreign', dialect: 'gemini', path: 'systemInstruction.parts[0]', value: image }],
      },
    ]);
    expect(decode({ systemInstruction: { role: 'user' } }).messages).toEqual([]);
  });
});

describe('a conversation of a Gemini client', () => {
  it.each([
    ['user', 'user'],
    ['function', 'user'],
    ['tool', 'user'],
    ['', 'user'],
    ['model', 'assistant'],
  ])('has the role %j as %s', (role, expected) => {
    expect(decode({ contents: [{ role }] }).messages).toEqual([{ role: expected, parts: [] }]);
  });

  it('refuses other roles', () => {
    expect(() => decode({ contents: [{ role: 'system' }] })).toThrow(
      refusal('contents[0].role must be one of user, model, function, but is "system"'),
    );
  });

  it('keeps user content around a result in order', () => {
    expect(decodeUser({ text: 'a' }, result('f'), { text: 'b' }).map(({ role }) => role)).toEqual([
      'user',
      'tool',
      'user',
    ]);
  });

  it('keeps as foreign what only Gemini knows', () => {
    const code = { executableCode: { language: 'PYTHON', code: '1' } };
    const image = { inlineData: { mimeType: 'image/png', data: 'AA==' } };
    const foreign = (path: string, value: unknown) => ({ type: 'foreign', dialect: 'gemini', path, value });
    const contents = [
      { role: 'model', parts: [code, image, {}] },
      { role: 'user', parts: [call('f')] },
    ];
    expect(decode({ contents }).messages.map(({ parts }) => parts)).toEqual([
      [
        foreign('contents[0].parts[0]', code),
        foreign('contents[0].parts[1]', image),
        foreign('contents[0].parts[2]', {}),
      ],
      [foreign('contents[1].parts[0]', call('f'))],
    ]);
  });

  it('keeps unknown fields of a known part as foreign', () => {
    const contents = [
      {
        role: 'user',
        parts: [
          { text: 'a', partMetadata: { a: 1 } },
          { inlineData: { mimeType: 'image/png', data: '', displayName: 'x' }, mediaResolution: { level: 'L' } },
          { fileData: { mimeType: 'image/png', fileUri: 'https://a.test/a', displayName: 'y' } },
          { functionResponse: { name: 'f', response: {}, willContinue: true }, partMetadata: 2 },
        ],
      },
      { role: 'model', parts: [{ functionCall: { name: 'f', willContinue: false }, partMetadata: 3 }], extra: 4 },
    ];
    expect(foreignOf({ contents })).toEqual([
      ['contents[0].parts[0].partMetadata', { a: 1 }],
      ['contents[0].parts[1].mediaResolution', { level: 'L' }],
      ['contents[0].parts[1].inlineData.displayName', 'x'],
      ['contents[0].parts[2].fileData.displayName', 'y'],
      ['contents[0].parts[3].partMetadata', 2],
      ['contents[0].parts[3].functionResponse.willContinue', true],
      ['contents[1].extra', 4],
      ['contents[1].parts[0].partMetadata', 3],
      ['contents[1].parts[0].functionCall.willContinue', false],
    ]);
  });
});

describe('media of a Gemini client', () => {
  const file = (fileUri: string, mimeType?: string) => ({ fileData: { fileUri, ...(mimeType && { mimeType }) } });

  it.each([
    ['https://a.test/a', 'image/png', 'image'],
    ['https://a.test/a.JPEG?x=1', undefined, 'image'],
    ['https://a.test/a', 'application/pdf', 'document'],
    ['https://a.test/a.csv', undefined, 'document'],
    ['https://a.test/a', undefined, 'foreign'],
    ['https://a.test/a.mp4', 'video/mp4', 'foreign'],
    ['https://a.test/a.xyz', undefined, 'foreign'],
    ['gs://bucket/a.png', 'image/png', 'foreign'],
    ['https://generativelanguage.googleapis.com/v1beta/files/abc', 'image/png', 'foreign'],
  ])('behind %s of type %s is of the kind %s', (uri, mimeType, type) => {
    expect(decodeUser(file(uri, mimeType))).toMatchObject([{ parts: [{ type }] }]);
  });

  it('stays base64 when it is called text but is not', () => {
    const data = Buffer.from([0xff, 0xfe]).toString('base64');
    expect(decodeUser({ inlineData: { mimeType: 'text/plain', data } })).toMatchObject([
      { parts: [{ source: { kind: 'base64', mediaType: 'text/plain', data } }] },
    ]);
  });
});

describe('a result of a Gemini client', () => {
  const answered = (...results: object[]) =>
    decode({
      contents: [
        { role: 'model', parts: [call('f'), call('g', 'own'), call('f')] },
        { role: 'user', parts: results },
      ],
    })
      .messages.slice(1)
      .map((message) => ('toolCallId' in message ? message.toolCallId : undefined));

  it('finds its call by name, in order', () => {
    expect(answered(result('f'), result('g'), result('f'))).toEqual(['call_0_0', 'own', 'call_0_2']);
  });

  it('finds its call by id', () => {
    expect(answered(result('g', 'own'), result('g', 'own'))).toEqual(['own', 'own']);
  });

  it('finds its call by name when its id is not known', () => {
    expect(answered(result('f', 'made-up'), result('h', 'other'), result('h'))).toEqual(['call_0_0', 'other', 'h']);
  });

  it.each([
    [{ output: 'a' }, 'a'],
    [{ output: { a: 1 } }, '{"a":1}'],
    [{ name: 'f', content: 'a' }, 'a'],
    [{ name: 'f', other: 'a' }, '{"name":"f","other":"a"}'],
    [{ name: 'g', content: 'a' }, '{"name":"g","content":"a"}'],
    [{ result: 4 }, '{"result":4}'],
  ])('of %j says %s', (response, text) => {
    expect(decodeUser(result('f', undefined, response))).toEqual([
      { role: 'tool', toolCallId: 'f', parts: [{ type: 'text', text }] },
    ]);
  });

  it('of an empty object says nothing', () => {
    expect(decodeUser({ functionResponse: { name: 'f' } })).toEqual([{ role: 'tool', toolCallId: 'f', parts: [] }]);
  });

  it('carries images, documents and what only Gemini knows', () => {
    const parts = [
      { inlineData: { mimeType: 'application/pdf', data: 'AA==' } },
      { fileData: { mimeType: 'image/png', fileUri: 'https://a.test/a' } },
      { other: 1 },
    ];
    const [message] = decodeUser({ functionResponse: { name: 'f', response: {}, parts } });
    expect(message?.parts).toEqual([
      { type: 'document', source: { kind: 'base64', mediaType: 'application/pdf', data: 'AA==' } },
      { type: 'image', source: { kind: 'url', url: 'https://a.test/a' } },
      {
        type: 'foreign',
        dialect: 'gemini',
        path: 'contents[0].parts[0].functionResponse.parts[2]',
        value: { other: 1 },
      },
    ]);
  });
});

describe('state that was sealed for another dialect', () => {
  const state = { dialect: 'anthropic-messages', kind: 'signature', data: 'c2ln', text: 'hm' } as const;
  const model = (part: object) => decode({ contents: [{ role: 'model', parts: [part] }] });

  it.each([
    ['a thought', { text: 'hm', thought: true, thoughtSignature: writeSignature(state) }],
    ['a text', { text: 'hm', thoughtSignature: sealState(state) }],
    ['a call', { ...call('f', 'a'), thoughtSignature: writeSignature(state) }],
    ["a call's id", call('f', joinCallId('a', state))],
  ])('is opened on %s', (_what, part) => {
    const request = model(part);
    expect(request.messages).toMatchObject([{ parts: [{ state }] }]);
    expect(request.carriesSealedState).toBe(true);
  });

  it('is taken off the id of a result', () => {
    const id = joinCallId('a', state);
    const contents = [
      { role: 'model', parts: [call('f', id)] },
      { role: 'user', parts: [result('f', id)] },
    ];
    expect(decode({ contents }).messages).toMatchObject([{ parts: [{ id: 'a' }] }, { toolCallId: 'a' }]);
  });

  it('is not what an empty signature is', () => {
    expect(model({ text: 'a', thoughtSignature: '' }).messages[0]?.parts).toEqual([{ type: 'text', text: 'a' }]);
  });
});

describe('tools of a Gemini client', () => {
  const chosen = (functionCallingConfig: object) => decode({ toolConfig: { functionCallingConfig } });

  it.each([
    [{ mode: 'AUTO' }, { kind: 'auto' }],
    [{ mode: 'none' }, { kind: 'none' }],
    [{ mode: 'ANY' }, { kind: 'required' }],
    [
      { mode: 'ANY', allowed_function_names: ['f'] },
      { kind: 'tool', name: 'f' },
    ],
    [
      { mode: 'ANY', allowedFunctionNames: ['f', 'g'] },
      { kind: 'allowed', mode: 'required', names: ['f', 'g'] },
    ],
    [
      { mode: 'VALIDATED', allowedFunctionNames: ['f'] },
      { kind: 'allowed', mode: 'auto', names: ['f'] },
    ],
    [{ mode: 'MODE_UNSPECIFIED' }, undefined],
    [{}, undefined],
  ])('are chosen as %j says', (config, choice) => {
    const request = chosen(config);
    expect(request.toolChoice).toEqual(choice);
    expect(request.foreign).toEqual([]);
  });

  it.each([
    ['VALIDATED', { kind: 'auto' }],
    ['SOMETIMES', undefined],
  ])('are chosen in the mode %s, which stays foreign', (mode, choice) => {
    const request = chosen({ mode });
    expect(request.toolChoice).toEqual(choice);
    expect(request.foreign).toMatchObject([{ path: 'toolConfig.functionCallingConfig.mode', value: mode }]);
  });

  it('keeps as foreign what stands beside them', () => {
    const tools = [{ functionDeclarations: { name: 'f', parameters: null }, googleMaps: {} }, { codeExecution: {} }];
    const toolConfig = { retrievalConfig: { a: 1 }, functionCallingConfig: { streamFunctionCallArguments: true } };
    const request = decode({ tools, toolConfig });
    expect(request.tools).toEqual([{ name: 'f' }]);
    expect(request.foreign.map(({ path }) => path)).toEqual([
      'tools[0].googleMaps',
      'tools[1]',
      'toolConfig.retrievalConfig',
      'toolConfig.functionCallingConfig.streamFunctionCallArguments',
    ]);
  });
});

describe('the generationConfig of a Gemini client', () => {
  const config = (generationConfig: object) => decode({ generationConfig });

  it.each([
    [{ thinkingBudget: 0 }, { effort: 'none' }],
    [{ thinkingBudget: -1 }, { adaptive: true }],
    [
      { thinkingBudget: 99, includeThoughts: false },
      { budgetTokens: 99, summary: 'none' },
    ],
    [{ thinkingLevel: 'low' }, { effort: 'low' }],
    [{ thinkingLevel: 'THINKING_LEVEL_UNSPECIFIED' }, undefined],
  ])('asks to think with %j', (thinkingConfig, reasoning) => {
    expect(config({ thinkingConfig }).reasoning).toEqual(reasoning);
  });

  it('keeps a level that is not known as foreign', () => {
    expect(foreignOf({ generationConfig: { thinkingConfig: { thinkingLevel: 'ULTRA', other: 1 } } })).toEqual([
      ['generationConfig.thinkingConfig.other', 1],
      ['generationConfig.thinkingConfig.thinkingLevel', 'ULTRA'],
    ]);
  });

  it.each([
    [{ responseMimeType: 'application/json' }, { kind: 'json' }],
    [
      { responseMimeType: 'application/json', responseSchema: { type: 'STRING' } },
      { kind: 'json-schema', schema: { type: 'string' } },
    ],
    [{ responseMimeType: 'text/plain' }, undefined],
  ])('asks for the format %j', (format, expected) => {
    const request = config(format);
    expect(request.outputFormat).toEqual(expected);
    expect(request.foreign).toEqual([]);
  });

  it('keeps formats that are not JSON as foreign', () => {
    const generationConfig = { responseMimeType: 'text/x.enum', responseSchema: { enum: ['a'] } };
    expect(foreignOf({ generationConfig })).toEqual([
      ['generationConfig.responseMimeType', 'text/x.enum'],
      ['generationConfig.responseSchema', { enum: ['a'] }],
    ]);
  });

  it.each([
    [{ responseLogprobs: true }, { top: 0 }, []],
    [{ responseLogprobs: false }, undefined, []],
    [{ logprobs: 2 }, undefined, ['generationConfig.logprobs']],
  ])('asks for log probabilities with %j', (fields, logprobs, foreign) => {
    const request = config(fields);
    expect(request.logprobs).toEqual(logprobs);
    expect(request.foreign.map(({ path }) => path)).toEqual(foreign);
  });

  it('keeps a seed that a number cannot hold as foreign', () => {
    const request = config({ seed: 2 ** 60 });
    expect(request.seed).toBeUndefined();
    expect(request.foreign).toMatchObject([{ path: 'generationConfig.seed' }]);
  });
});
