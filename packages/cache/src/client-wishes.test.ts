import type { Call, CallContext } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { ask, askAndRead, setUpCache } from './__fixtures__/caches.js';
import { aCall, aRequest } from './__fixtures__/calls.js';
import { readAll, settled } from './__fixtures__/upstream.js';

const wishing = (context: Partial<CallContext>): Call => aCall({}, context);

describe('one who wants no answer older than that', () => {
  it('gets a younger one', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    setUp.clock.advance(9_999);
    expect(await askAndRead(setUp, wishing({ maxAgeMs: 10_000 }))).toBe('hit');
  });

  it('has an older one made anew, which the others then get', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    setUp.clock.advance(10_000);
    expect(await askAndRead(setUp, wishing({ maxAgeMs: 10_000 }))).toBe('miss');
    expect((await ask(setUp)).ageMs).toBe(0);
  });

  it('gets none that is stored with an age of 0, and shares no call', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    const wish = wishing({ maxAgeMs: 0 });
    expect([await setUp.peek(wish), await askAndRead(setUp, wish)]).toEqual(['miss', 'miss']);
    const running = [setUp.exchange(wish), setUp.exchange(wish)];
    expect(setUp.upstream.calls).toHaveLength(4);
    for (const { say } of setUp.upstream.calls.slice(2)) say('END');
    await Promise.all(running);
  });

  it('is not cached for that alone', async () => {
    const setUp = setUpCache(undefined, { policy: { sampling: { native: 'deterministic', dialects: 'all' } } });
    const wish = wishing({ maxAgeMs: 0 });
    const reply = setUp.exchange(wish);
    setUp.upstream.last.say('END');
    expect((await reply).cache).toBe('bypass');
  });

  it('is refused when it wants a stored one all the same', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    await expect(setUp.exchange(wishing({ maxAgeMs: 0, cacheMode: 'only' }))).rejects.toMatchObject({
      code: 'cache_only_miss',
    });
  });
});

describe('one whose answer is not to be stored', () => {
  it('is asked for again', async () => {
    const setUp = setUpCache();
    expect(await askAndRead(setUp, wishing({ noStore: true }))).toBe('miss');
    expect(await askAndRead(setUp)).toBe('miss');
  });

  it('may have one that is stored already', async () => {
    const setUp = setUpCache();
    await askAndRead(setUp);
    expect(await askAndRead(setUp, wishing({ noStore: true }))).toBe('hit');
  });
});

describe('one who asks for the original pace', () => {
  it('waits for a stored stream as long as it once took', async () => {
    const setUp = setUpCache();
    const asked = setUp.exchange(aCall());
    setUp.clock.advance(300);
    setUp.upstream.last.say('a');
    const reading = readAll(await asked);
    await settled();
    setUp.clock.advance(200);
    setUp.upstream.last.say('END');
    await reading;

    const replay = await ask(setUp, wishing({ pace: 'original' }));
    const chunks: string[] = [];
    const replayed = (async () => {
      for await (const chunk of replay.bytes) chunks.push(new TextDecoder().decode(chunk));
    })();
    await setUp.clock.advanceAsync(299);
    expect(chunks).toEqual([]);
    await setUp.clock.advanceAsync(1);
    expect(chunks).toEqual(['a']);
    await setUp.clock.advanceAsync(200);
    await replayed;
    expect(chunks).toEqual(['a', 'END']);
    expect(setUp.clock.pending).toBe(0);
  });
});

describe('a question about something that the provider holds', () => {
  const held = { dialect: 'openai-responses', path: 'conversation', value: 'c1' } as const;
  const question = aRequest('go on', { heldByProvider: held, foreign: [held] });

  it('is asked each time', async () => {
    const setUp = setUpCache();
    const call = aCall({ request: question });
    const reply = setUp.exchange(call);
    setUp.upstream.last.say('END');
    expect((await reply).cache).toBe('bypass');
  });

  it('is cached on the word of the client', async () => {
    const setUp = setUpCache();
    const call = aCall({ request: question }, { cacheMode: 'on' });
    expect([await askAndRead(setUp, call), await askAndRead(setUp, call)]).toEqual(['miss', 'hit']);
  });
});
