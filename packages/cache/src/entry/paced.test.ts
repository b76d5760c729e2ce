import { createCallController, GatewayError } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createPacedBytes } from './paced.js';
import type { PacedOptions } from './paced.js';

const gone = new GatewayError('client_aborted', 'gone');

const setUp = (overrides: Partial<PacedOptions> = {}) => {
  const clock = createFakeClock();
  const controller = createCallController();
  const ends: (GatewayError | undefined)[] = [];
  const paced = createPacedBytes({
    bytes: new TextEncoder().encode('aabbbc'),
    pace: [2, 100, 3, 50, 1, 0],
    clock,
    signal: controller.signal,
    onEnd: (cause) => void ends.push(cause),
    ...overrides,
  });
  const reader = paced.bytes[Symbol.asyncIterator]();
  const read = async (): Promise<string | undefined> => {
    const step = await reader.next();
    return step.done === true ? undefined : new TextDecoder().decode(step.value);
  };
  return { clock, controller, ends, paced, reader, read };
};

describe('a paced replay', () => {
  it('gives each piece when it once came', async () => {
    const { clock, read } = setUp();
    const seen: (string | undefined)[] = [];
    const first = read().then((text) => seen.push(text));
    clock.advance(99);
    await Promise.resolve();
    expect(seen).toEqual([]);
    clock.advance(1);
    await first;
    const second = read();
    clock.advance(50);
    expect([...seen, await second, await read(), await read()]).toEqual(['aa', 'bbb', 'c', undefined]);
  });

  it('does not keep a slow reader waiting for what is due', async () => {
    const { clock, read } = setUp();
    const first = read();
    clock.advance(100);
    await first;
    clock.advance(1_000);
    expect([await read(), await read()]).toEqual(['bbb', 'c']);
    expect(clock.pending).toBe(0);
  });

  it('ends when its last byte was handed over', async () => {
    const { read, ends } = setUp({ pace: [2, 0, 4, 0] });
    await read();
    expect(ends).toEqual([]);
    await read();
    expect(ends).toEqual([undefined]);
  });

  it.each([[[] as number[]], [[2, 0]], [[100, 0]], [[2, 0, 100, 0, 5, 0]]])(
    'gives all bytes where the pairs speak of others: %j',
    async (pace) => {
      const { read } = setUp({ pace });
      let all = '';
      for (let text = await read(); text !== undefined; text = await read()) all += text;
      expect(all).toBe('aabbbc');
    },
  );

  it('ends at once when it is cancelled, and tells the reader why', async () => {
    const { clock, paced, read, ends } = setUp();
    const waiting = read();
    paced.cancel(gone);
    paced.cancel(new GatewayError('internal', 'later'));
    await expect(waiting).rejects.toBe(gone);
    await expect(read()).rejects.toBe(gone);
    expect([ends, clock.pending]).toEqual([[gone], 0]);
  });

  it('ends at once when the signal aborts', async () => {
    const { clock, controller, read, ends } = setUp();
    const waiting = read();
    controller.abort(gone);
    await expect(waiting).rejects.toBe(gone);
    expect([ends, clock.pending]).toEqual([[gone], 0]);
  });

  it('does not begin when the signal has aborted', async () => {
    const controller = createCallController();
    controller.abort(gone);
    const { read, ends } = setUp({ signal: controller.signal });
    await expect(read()).rejects.toBe(gone);
    expect(ends).toEqual([gone]);
  });

  it('notes that its reader left', async () => {
    const { reader, ends } = setUp();
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(ends).toEqual([expect.objectContaining({ code: 'client_aborted' })]);
  });

  it('minds nothing that happens after its end', async () => {
    const { controller, paced, reader, read, ends } = setUp({ pace: [6, 0] });
    await read();
    controller.abort(gone);
    paced.cancel(gone);
    await reader.return?.();
    expect([ends, await read()]).toEqual([[undefined], undefined]);
  });

  it('is read once', () => {
    const { paced } = setUp();
    expect(() => paced.bytes[Symbol.asyncIterator]()).toThrow('A reply is read once');
  });
});
