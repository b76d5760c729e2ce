import { EventEmitter } from 'node:events';

import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { openProcessLine } from './process-line.js';
import type { Channel, LineHandlers } from './process-line.js';

/** Two ends of a channel inside one process, which carries JSON as the one between processes does. */
function createChannels(): [Channel & EventEmitter, Channel & EventEmitter] {
  const left = new EventEmitter();
  const right = new EventEmitter();
  const sendTo = (end: EventEmitter) => (message: unknown, callback: (error: Error | null) => void) => {
    const text = JSON.stringify(message);
    setImmediate(() => {
      end.emit('message', JSON.parse(text));
      callback(null);
    });
    return true;
  };
  return [Object.assign(left, { send: sendTo(right) }), Object.assign(right, { send: sendTo(left) })];
}

const setUp = (handlers: LineHandlers) => {
  const clock = createFakeClock();
  const [here, there] = createChannels();
  openProcessLine(there, handlers, clock);
  return { clock, here, there, line: openProcessLine(here, {}, clock) };
};

describe('a line between processes', () => {
  it('tells', async () => {
    const heard: unknown[] = [];
    const { line } = setUp({ told: { news: (value) => void heard.push(value) } });
    await line.tell('news', { good: true });
    expect(heard).toEqual([{ good: true }]);
  });

  it('does not mind what nobody listens to', async () => {
    const { line, there } = setUp({});
    await line.tell('news');
    there.emit('message', 'of somebody else');
    expect(await line.ask('anything', 1_000)).toBeUndefined();
  });

  it('gives each question its own answer', async () => {
    let count = 0;
    const { line, clock } = setUp({ asked: { number: async () => (count += 1) } });
    expect(await Promise.all([line.ask('number', 1_000), line.ask('number', 1_000)])).toEqual([1, 2]);
    expect(clock.pending).toBe(0);
  });

  it('says why a question could not be answered', async () => {
    const asked = { number: () => Promise.reject(new Error('there is none')) };
    await expect(setUp({ asked }).line.ask('number', 1_000)).rejects.toThrow('there is none');
  });

  it('does not wait for an answer for ever', async () => {
    const { line, clock } = setUp({ asked: { number: () => new Promise(() => undefined) } });
    const answer = expect(line.ask('number', 1_000)).rejects.toThrow('did not answer within 1000 ms');
    clock.advance(1_000);
    await answer;
  });

  it('leaves no question open when the other process is gone', async () => {
    const { line, here, clock } = setUp({ asked: { number: () => new Promise(() => undefined) } });
    const answer = expect(line.ask('number', 1_000)).rejects.toThrow('the other process is gone');
    here.emit('disconnect');
    await answer;
    expect(clock.pending).toBe(0);
  });

  it('may be told to when it has no other end', async () => {
    const line = openProcessLine(new EventEmitter(), {}, createFakeClock());
    await expect(line.tell('news')).resolves.toBeUndefined();
  });
});
