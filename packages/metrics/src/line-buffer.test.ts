import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createLineBuffer } from './line-buffer.js';

const create = () => {
  const clock = createFakeClock();
  const written: string[] = [];
  const buffer = createLineBuffer({ clock, write: (lines) => void written.push(lines) });
  return { clock, written, buffer };
};

describe('a line buffer', () => {
  it('writes 100 ms after the first line', () => {
    const { clock, written, buffer } = create();
    buffer.add('a\n');
    clock.advance(60);
    buffer.add('b\n');
    clock.advance(39);
    expect(written).toEqual([]);
    clock.advance(1);
    expect(written).toEqual(['a\nb\n']);
  });

  it('writes as soon as 8,192 characters have come', () => {
    const { written, buffer } = create();
    const line = `${'x'.repeat(4_094)}\n`;
    buffer.add(line);
    buffer.add(line);
    expect(written).toEqual([]);
    buffer.add('yz');
    expect(written).toEqual([`${line}${line}yz`]);
  });

  it('writes what is there when it is flushed, and each line once', () => {
    const { clock, written, buffer } = create();
    buffer.add('a\n');
    buffer.flush();
    buffer.flush();
    clock.advance(1_000);
    expect(written).toEqual(['a\n']);
  });

  it('starts to wait again after a flush', () => {
    const { clock, written, buffer } = create();
    buffer.add('a\n');
    clock.advance(100);
    buffer.add('b\n');
    clock.advance(100);
    expect(written).toEqual(['a\n', 'b\n']);
  });

  it('writes what is there when it is closed, and then each line at once', () => {
    const { written, buffer } = create();
    buffer.add('a\n');
    buffer.close();
    buffer.add('b\n');
    expect(written).toEqual(['a\n', 'b\n']);
  });

  it('writes what is there as the process ends', () => {
    const others = process.listeners('exit');
    const { written, buffer } = create();
    buffer.add('a\n');
    for (const listener of process.listeners('exit')) if (!others.includes(listener)) listener(0);
    expect(written).toEqual(['a\n']);
  });

  it('holds neither a timer nor a listener while it is empty', () => {
    const { clock, buffer } = create();
    const before = process.listenerCount('exit');
    buffer.add('a\n');
    const waiting = [clock.pending, process.listenerCount('exit') - before];
    buffer.flush();
    expect([waiting, [clock.pending, process.listenerCount('exit') - before]]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });
});
