import { GatewayError, parseMoney } from '@claudette/core';
import type { NativeAnswer } from '@claudette/gateway';
import { describe, expect, it } from '@jest/globals';

import { askAgain } from './ask-again.js';
import type { AskedAgain } from './ask-again.js';

interface Body {
  readonly prompt: string;
  readonly options: { readonly cache?: string; readonly costLimit?: string };
}

const answerOf = (fields: Partial<NativeAnswer>): NativeAnswer => ({
  id: 'x',
  content: '',
  backend: 'lab',
  model: 'm',
  tokensInput: 1,
  tokensOutput: 1,
  cost: '0',
  currency: 'USD',
  latencyMs: 1,
  cacheHit: false,
  attempts: 1,
  finishReason: 'stop',
  losses: [],
  ...fields,
});

/** Asks the prompts, each answered as its name says. */
const run = async (prompts: readonly string[], limit?: string, options: object = {}) => {
  const bodies: Body[] = [];
  const seen: (readonly [AskedAgain, string | undefined])[] = [];
  const report = await askAgain({
    questions: prompts.map((prompt) => ({ prompt, options })),
    async ask(text) {
      const body = JSON.parse(text) as Body;
      bodies.push(body);
      if (body.prompt === 'gone') throw new GatewayError('client_aborted', 'gone');
      if (body.prompt === 'broken') throw new GatewayError('upstream_broken', 'broken');
      if (body.prompt === 'dear') throw new GatewayError('cost_limit_exceeded', 'dear');
      if (body.prompt === 'hit') return answerOf({ cacheHit: true, cost: '0' });
      return answerOf({ cost: body.prompt === 'unpriced' ? null : body.prompt });
    },
    costLimit: limit === undefined ? undefined : parseMoney(limit, 'USD'),
    onProgress: (progress, failure) => void seen.push([progress, failure]),
  });
  return { bodies, seen, report };
};

describe('asking again', () => {
  it('asks each for an answer that is stored, and says what it came to', async () => {
    const { bodies, report } = await run(['0.5', 'hit', 'broken', '0.25']);
    expect(bodies.map(({ options }) => options)).toEqual(Array(4).fill({ cache: 'on' }));
    expect(report).toEqual({
      questions: 4,
      stored: 2,
      present: 1,
      failed: 1,
      skipped: 0,
      cost: '0.75',
      currency: 'USD',
    });
  });

  it('tells how far it has come, and what failed', async () => {
    const { seen } = await run(['0.5', 'broken']);
    expect(seen).toEqual([
      [expect.objectContaining({ stored: 1, cost: '0.5' }), undefined],
      [expect.objectContaining({ failed: 1 }), expect.stringContaining('broken')],
    ]);
  });

  it('keeps what a question says of itself', async () => {
    const { bodies } = await run(['0.5'], undefined, { model: 'm', costLimit: '2', cache: 'off' });
    expect(bodies[0]?.options).toEqual({ model: 'm', costLimit: '2', cache: 'on' });
  });

  it('ends when whoever asked leaves', async () => {
    await expect(run(['gone', '0.5'])).rejects.toMatchObject({ code: 'client_aborted' });
  });
});

describe('a limit for all', () => {
  it('leaves each question what the others have not spent', async () => {
    const { bodies, report } = await run(['0.5', '0.7', 'dear'], '1');
    expect(bodies.map(({ options }) => options.costLimit)).toEqual(['1', '0.5', '0']);
    expect(report).toMatchObject({ stored: 2, skipped: 1, cost: '1.2' });
  });

  it('does not widen the limit of a question', async () => {
    const { bodies } = await run(['0.1', '0.1'], '1', { costLimit: '0.95' });
    expect(bodies.map(({ options }) => options.costLimit)).toEqual(['0.95', '0.9']);
  });

  it('asks nothing more once a price is unknown', async () => {
    expect((await run(['unpriced', '0.1'], '1')).report).toMatchObject({ stored: 1, skipped: 1 });
    expect((await run(['unpriced', '0.1'])).report).toMatchObject({ stored: 2, skipped: 0 });
  });
});
