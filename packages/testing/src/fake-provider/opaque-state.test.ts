import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createAsker, eventsOf, jsonOf } from './__fixtures__/ask-provider.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf, listOf, textOf } from './json-reading.js';

let provider: FakeProvider;
let other: FakeProvider;
beforeAll(async () => {
  [provider, other] = await Promise.all([createFakeProvider(), createFakeProvider()]);
});
afterAll(() => Promise.all([provider.close(), other.close()]));

const { chat, gemini, messages, responses } = createAsker(() => provider);
const elsewhere = createAsker(() => other);
const parameters = { type: 'object', properties: {} };

describe('the signature of Anthropic thinking', () => {
  const thinking = { type: 'enabled', budget_tokens: 1024 };
  const tools = [{ name: 'f', input_schema: parameters }];
  const ask = { role: 'user', content: 'redact this' };
  const turn = (content: readonly unknown[]): object => ({
    thinking,
    tools,
    messages: [
      ask,
      { role: 'assistant', content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: fieldOf(content.at(-1), 'id'), content: 'ok' }] },
    ],
  });
  const firstTurn = async (): Promise<readonly unknown[]> =>
    listOf(fieldOf(await jsonOf(messages({ thinking, tools, messages: [ask] })), 'content'));

  it('is good when it comes back as it was, with the redacted thinking', async () => {
    const content = await firstTurn();
    expect(content).toMatchObject([{ type: 'thinking' }, { type: 'redacted_thinking' }, { type: 'tool_use' }]);
    expect((await messages(turn(content))).status).toBe(200);
  });

  it('is the one that the stream hands out', async () => {
    const deltas = (await eventsOf(messages({ thinking, stream: true }))).map((event) => fieldOf(event, 'delta'));
    const join = (field: string): string => deltas.map((delta) => textOf(fieldOf(delta, field))).join('');
    const block = { type: 'thinking', thinking: join('thinking'), signature: join('signature') };
    const said = [block, { type: 'text', text: join('text') }];
    const conversation = [ask, { role: 'assistant', content: said }, ask];
    expect((await messages({ messages: conversation })).status).toBe(200);
  });

  it.each([
    ['another text beside it', { thinking: 'I never thought so.' }],
    ['another signature', { signature: 'bm90IG1pbmU=' }],
    ['none', { signature: undefined }],
  ])('is refused with %s', async (_, change) => {
    const [block, ...rest] = await firstTurn();
    expect(await jsonOf(messages(turn([{ ...(block as object), ...change }, ...rest])))).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringContaining('signature') },
    });
  });

  it('is refused by another provider, and so is redacted thinking', async () => {
    const [block, redacted, call] = await firstTurn();
    const statuses = await Promise.all([
      elsewhere.messages(turn([block, call])),
      elsewhere.messages(turn([redacted, call])),
      elsewhere.messages(turn([call])),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([400, 400, 200]);
  });

  it('covers no thinking when that is omitted', async () => {
    const omitted = { thinking: { ...thinking, display: 'omitted' } };
    expect(await jsonOf(messages(omitted))).toMatchObject({
      content: [{ type: 'thinking', thinking: '', signature: expect.stringMatching(/.+/) }, { type: 'text' }],
    });
  });
});

describe('the thoughtSignature of Gemini', () => {
  const tools = [{ functionDeclarations: [{ name: 'f' }] }];
  const ask = { role: 'user', parts: [{ text: 'hi' }] };
  const turn = (part: unknown, name = 'f'): object => ({
    tools,
    contents: [
      ask,
      { role: 'model', parts: [part] },
      { role: 'user', parts: [{ functionResponse: { name, response: { output: 'ok' } } }] },
    ],
  });
  const firstPart = async (): Promise<object> => {
    const [one] = listOf(fieldOf(await jsonOf(gemini({ tools })), 'candidates'));
    return listOf(fieldOf(one, 'content', 'parts'))[0] as object;
  };

  it('is good when it comes back as it was', async () => {
    expect((await gemini(turn(await firstPart()))).status).toBe(200);
  });

  it.each(['skip_thought_signature_validator', 'context_engineering_is_the_way_to_go'])(
    'may be %s for calls of other models',
    async (thoughtSignature) => {
      expect((await gemini(turn({ ...(await firstPart()), thoughtSignature }))).status).toBe(200);
    },
  );

  it('is refused when it is not one, or belongs to another function or provider', async () => {
    const part = await firstPart();
    const replies = await Promise.all([
      gemini(turn({ ...part, thoughtSignature: 'bm90IG1pbmU=' })),
      gemini(turn({ ...part, functionCall: { name: 'g' } }, 'g')),
      elsewhere.gemini(turn(part)),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([400, 400, 400]);
    expect(JSON.parse(replies[0].text)).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } });
  });

  it('may be left out before Gemini 3, and from then on only in turns that are over', async () => {
    const unsigned = { functionCall: { name: 'f' } };
    const over = turn(unsigned) as { contents: object[] };
    const contents = [...over.contents, { role: 'model', parts: [{ text: 'ok' }] }, ask];
    const replies = await Promise.all([
      gemini(turn(unsigned)),
      gemini(turn(unsigned), undefined, 'gemini-3-pro'),
      gemini({ contents }, undefined, 'gemini-3-pro'),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([200, 400, 200]);
    expect(replies[1].text).toContain('missing a thought_signature');
  });
});

describe('the encrypted reasoning of Responses', () => {
  const asked = { reasoning: { effort: 'low' }, include: ['reasoning.encrypted_content'], store: false };
  const ask = { role: 'user', content: 'hi' };
  const firstItem = async (): Promise<object> => listOf(fieldOf(await jsonOf(responses(asked)), 'output'))[0] as object;
  const turn = (item: object): object => ({ ...asked, input: [ask, item, ask] });

  it('is good when it comes back as it was', async () => {
    const item = await firstItem();
    expect((await responses(turn(item))).status).toBe(200);
  });

  it('is refused by another provider', async () => {
    expect((await elsewhere.responses(turn(await firstItem()))).status).toBe(400);
  });

  it('is refused when it is not one, or stands in another item', async () => {
    const item = await firstItem();
    const replies = await Promise.all([
      responses(turn({ ...item, encrypted_content: 'bm90IG1pbmU=' })),
      responses(turn({ ...item, id: 'rs_other' })),
    ]);
    expect(replies.map(({ status }) => status)).toEqual([400, 400]);
    expect(JSON.parse(replies[0].text)).toMatchObject({ error: { code: 'invalid_encrypted_content' } });
  });

  it('may be left out only of items that are stored', async () => {
    const bare = { type: 'reasoning', id: fieldOf(await firstItem(), 'id'), summary: [] };
    expect((await responses(turn(bare))).status).toBe(404);
    const stored = listOf(fieldOf(await jsonOf(responses({ reasoning: { effort: 'low' } })), 'output'))[0];
    expect((await responses(turn(stored as object))).status).toBe(200);
  });
});

describe('providers of one vendor', () => {
  it('accept each other’s signatures when they have the same secret', async () => {
    const [one, two] = await Promise.all([createFakeProvider({ secret: 's' }), createFakeProvider({ secret: 's' })]);
    const reply = await jsonOf(createAsker(() => one).messages({ thinking: { type: 'adaptive' } }));
    const said = { role: 'assistant', content: fieldOf(reply, 'content') };
    const hello = { role: 'user', content: 'hello' };
    const { status } = await createAsker(() => two).messages({ messages: [hello, said, hello] });
    await Promise.all([one.close(), two.close()]);
    expect(status).toBe(200);
  });
});

describe('Chat', () => {
  it('hands out no opaque state', async () => {
    const { text } = await chat({ reasoning_effort: 'low' });
    expect(text).not.toMatch(/signature|encrypted/);
  });
});
