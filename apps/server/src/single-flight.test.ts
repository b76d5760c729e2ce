import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

import type { DialectId, ExchangeRecord } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ask, readStream } from './__fixtures__/raw-client.js';
import type { Asked } from './__fixtures__/raw-client.js';
import { patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ cache: { enabled: true } }, { timeouts: patient });
});
beforeEach(() => stack.reset());
afterAll(() => stack.close());

let questions = 0;
/** A question that nobody asked before. */
const aQuestion = (): Pick<Asked, 'model' | 'content' | 'headers'> => ({
  model: 'chat/gpt-fake',
  content: `question ${(questions += 1)}`,
  headers: { 'x-claudette-cache': 'on' },
});

const records = ({ observations }: Stack = stack): ExchangeRecord[] =>
  observations.flatMap((observation) => (observation.kind === 'exchange-end' ? [observation.record] : []));
const count = (kind: string, { observations }: Stack = stack): number =>
  observations.filter((observation) => observation.kind === kind).length;
/** All that equal exchanges paid for together: attempts made, and how many of them were charged. */
const paid = (from: Stack = stack): { readonly attempts: number; readonly payers: number } => ({
  attempts: records(from).reduce((sum, { attempts }) => sum + attempts, 0),
  payers: records(from).filter(({ cache }) => cache === 'miss').length,
});

/** The text of an answer that came whole, in either dialect. */
const wholeText = async (response: Response): Promise<string> => {
  const body = (await response.json()) as {
    readonly choices?: readonly { readonly message: { readonly content: string } }[];
    readonly content?: readonly { readonly text: string }[];
  };
  return body.choices?.[0]?.message.content ?? body.content?.[0]?.text ?? '';
};
const textOf = async (response: Response, dialect: DialectId, stream: boolean): Promise<string> => {
  if (!stream) return wholeText(response);
  const { text, stops, failed } = await readStream(response, dialect);
  return failed || stops !== 1 ? 'broken' : text;
};

describe('a hundred equal requests at the same time', () => {
  it.each([
    ['all streaming', [true]],
    ['all whole', [false]],
    ['streaming and whole, led by a stream', [true, false]],
    ['streaming and whole, led by a whole one', [false, true]],
  ] as const)('over two dialects (%s) make one call, and each gets the whole answer', async (_, streams) => {
    stack.chat.behave({ kind: 'slow-drip', everyMs: 5, delayMs: 2_000 });
    const question = aQuestion();
    const dialects = ['openai-chat', 'anthropic-messages'] as const;
    const askOne = async (index: number): Promise<string> => {
      const dialect = dialects[index % 2] ?? 'openai-chat';
      const stream = streams[Math.floor(index / 2) % streams.length] ?? true;
      return textOf(await ask(stack, { ...question, dialect, stream }), dialect, stream);
    };
    const first = askOne(0);
    await eventually(() => stack.chat.count() === 1);
    const answers = await Promise.all([first, ...Array.from({ length: 99 }, (_, index) => askOne(index + 1))]);
    expect(new Set(answers)).toEqual(new Set([`Echo: ${question.content}`]));
    await eventually(() => records().length === 100);
    expect([stack.chat.count(), paid()]).toEqual([1, { attempts: 1, payers: 1 }]);
    // On a busy machine some may come when the answer is there already.
    expect(records().filter(({ cache }) => cache === 'coalesced').length).toBeGreaterThan(50);
  });
});

/** One who reads a stream and leaves when it likes. */
const openStream = (from: Stack, question: Pick<Asked, 'model' | 'content' | 'headers'>) => {
  const leaving = new AbortController();
  const seen = { text: '' };
  const done = ask(from, { ...question, dialect: 'openai-chat', stream: true, signal: leaving.signal })
    .then(async ({ body }) => {
      const decoder = new TextDecoder();
      for await (const chunk of body ?? []) seen.text += decoder.decode(chunk as Uint8Array, { stream: true });
    })
    .catch(() => undefined);
  return { seen, done, leave: () => leaving.abort() };
};

describe('the first of those who share a call', () => {
  const sentBytes = (): number => stack.chat.calls[0]?.sentBytes ?? 0;

  it.each([
    ['before the headers', { kind: 'delay', delayMs: 400 }, () => true],
    ['before the first content', { kind: 'slow-drip', everyMs: 100 }, () => sentBytes() > 0],
    ['in the middle', { kind: 'slow-drip', everyMs: 40 }, (seen) => seen.includes('"content"')],
    [
      'after the last word, before the end',
      { kind: 'slow-drip', everyMs: 100 },
      (seen) => seen.includes('"finish_reason":"stop"'),
    ],
  ] satisfies readonly (readonly [string, Parameters<Stack['chat']['behave']>[0], (seen: string) => boolean])[])(
    'may leave %s: the others get everything from the same call',
    async (_, behaviour, isThere) => {
      stack.chat.behave(behaviour);
      const question = aQuestion();
      const leader = openStream(stack, question);
      await eventually(() => stack.chat.count() === 1);
      const followers = Array.from({ length: 3 }, () =>
        ask(stack, { ...question, dialect: 'openai-chat', stream: true }),
      );
      await eventually(() => count('plan') === 4 && isThere(leader.seen.text));
      leader.leave();
      await leader.done;

      const answers = await Promise.all(followers.map(async (each) => readStream(await each, 'openai-chat')));
      expect(answers.map(({ text, stops, failed }) => [text, stops, failed])).toEqual(
        Array(3).fill([`Echo: ${question.content}`, 1, false]),
      );
      await eventually(() => records().length === 4);
      expect([stack.chat.count(), stack.chat.calls[0]?.aborted, paid()]).toEqual([
        1,
        false,
        { attempts: 1, payers: 1 },
      ]);
    },
  );

  it('may leave before the connection is made: the others get everything from the same call', async () => {
    const busy = await startStack(
      {
        backends: {
          chat: {
            provider: 'openai-compatible',
            baseUrl: `${stack.chat.url}/v1`,
            models: ['gpt-fake'],
            limits: { concurrency: 1 },
          },
        },
      },
      { timeouts: patient },
    );
    stack.chat.behave([{ kind: 'delay', delayMs: 400 }]);
    const before = openStream(busy, { ...aQuestion(), model: 'gpt-fake' });
    await eventually(() => stack.chat.count() === 1);

    const question = { ...aQuestion(), model: 'gpt-fake' };
    const leader = openStream(busy, question);
    await eventually(() => count('plan', busy) === 2);
    const follower = ask(busy, { ...question, dialect: 'openai-chat', stream: true });
    await eventually(() => count('plan', busy) === 3);
    leader.leave();
    await Promise.all([leader.done, before.done]);

    expect((await readStream(await follower, 'openai-chat')).text).toBe(`Echo: ${question.content}`);
    await eventually(() => records(busy).length === 3);
    expect([stack.chat.count(), paid(busy)]).toEqual([2, { attempts: 2, payers: 2 }]);
    await busy.close();
  });

  it('may fail for want of time that the others have: one of them asks again', async () => {
    stack.chat.behave([{ kind: 'status', status: 503, retryAfter: '5', delayMs: 300 }, { kind: 'answer' }]);
    const question = aQuestion();
    const hurried = ask(stack, {
      ...question,
      dialect: 'openai-chat',
      headers: { ...question.headers, 'x-claudette-timeout-ms': '4000' },
    });
    await eventually(() => stack.chat.count() === 1);
    const patientOnes = Array.from({ length: 3 }, () => ask(stack, { ...question, dialect: 'openai-chat' }));
    expect((await hurried).status).toBe(503);
    const answers = await Promise.all(patientOnes.map(async (each) => wholeText(await each)));
    expect(new Set(answers)).toEqual(new Set([`Echo: ${question.content}`]));
    expect(stack.chat.count()).toBe(2);
  });
});

describe('those who share a call', () => {
  it('end it upstream when the last of them has left', async () => {
    stack.chat.behave({ kind: 'slow-drip', everyMs: 50 });
    const question = aQuestion();
    const readers = [openStream(stack, question)];
    await eventually(() => stack.chat.count() === 1);
    readers.push(openStream(stack, question));
    await eventually(() => readers.every(({ seen }) => seen.text.includes('"content"')));
    readers[0]?.leave();
    await readers[0]?.done;
    await eventually(() => records().length === 1);
    expect(stack.chat.calls[0]?.aborted).toBe(false);
    readers[1]?.leave();
    await eventually(() => stack.chat.calls[0]?.aborted === true && records().length === 2);
    expect(paid()).toEqual({ attempts: 1, payers: 1 });
  });

  it('all get the fault of a call that breaks in the middle', async () => {
    stack.chat.behave({ kind: 'reset', delayMs: 200 });
    const question = aQuestion();
    const asked = Array.from({ length: 5 }, () => ask(stack, { ...question, dialect: 'openai-chat', stream: true }));
    const answers = await Promise.all(asked.map(async (each) => readStream(await each, 'openai-chat')));
    expect(answers.map(({ stops, failed }) => [stops, failed])).toEqual(Array(5).fill([0, true]));
    await eventually(() => records().length === 5);
    expect([stack.chat.count(), paid()]).toEqual([1, { attempts: 1, payers: 1 }]);
  });
});

/** A client that takes the headers and then stops reading its socket. */
const stopReading = async (question: ReturnType<typeof aQuestion>): Promise<IncomingMessage> => {
  const sent = request(`${stack.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...question.headers },
  });
  const messages = [{ role: 'user', content: question.content }];
  sent.end(JSON.stringify({ model: question.model, max_tokens: 100, messages, stream: true }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
};

describe('a client that stops reading', () => {
  const piece = 'x'.repeat(20_000);
  const answerOf = (pieces: number): string[] => Array.from({ length: pieces }, () => piece);
  const readers = async (pieces: number, question: ReturnType<typeof aQuestion>) => {
    stack.chat.behave({ kind: 'answer', deltas: answerOf(pieces), delayMs: 300 });
    const slow = stopReading(question);
    await eventually(() => stack.chat.count() === 1);
    const fast = Array.from({ length: 4 }, () => ask(stack, { ...question, dialect: 'openai-chat', stream: true }));
    const seen = Promise.all(fast.map(async (each) => readStream(await each, 'openai-chat')));
    return { slow: await slow, seen: await seen };
  };

  it('does not hold the others, and gets everything when it reads on', async () => {
    const { slow, seen } = await readers(40, aQuestion());
    expect(seen.map(({ text, stops }) => [text.length, stops])).toEqual(Array(4).fill([40 * piece.length, 1]));
    let raw = '';
    for await (const chunk of slow) raw += String(chunk);
    expect([raw.split(piece).length - 1, raw.includes('"finish_reason":"stop"')]).toEqual([40, true]);
    expect(stack.chat.count()).toBe(1);
  });

  it('is left behind when that would keep too much in memory, and is told so', async () => {
    const { slow, seen } = await readers(1_500, aQuestion());
    expect(seen.map(({ text, stops }) => [text.length, stops])).toEqual(Array(4).fill([1_500 * piece.length, 1]));
    let raw = '';
    for await (const chunk of slow) raw += String(chunk);
    expect(raw).not.toContain('"finish_reason":"stop"');
    expect(raw).toContain('behind the others');
    await eventually(() => records().length === 5);
    expect(records().filter(({ errorCode }) => errorCode === 'stream_broken')).toHaveLength(1);
    expect([stack.chat.count(), paid()]).toEqual([1, { attempts: 1, payers: 1 }]);
  });
});
