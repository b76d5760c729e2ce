import { describe, expect, it } from '@jest/globals';

import { shareParts } from './share-parts.js';

const setUp = () => {
  const log: string[] = [];
  const take = shareParts({
    open: ({ size }: { size: number }) => {
      if (size < 0) throw new Error('it is too small');
      log.push(`open ${size}`);
      return { size };
    },
    close: async ({ size }) => void log.push(`close ${size}`),
  });
  return { log, take };
};

describe('shared parts', () => {
  it('are opened once for the same settings', async () => {
    const { log, take } = setUp();
    const [first, second] = [await take({ size: 1 }), await take({ size: 1 })];
    expect(first.part).toBe(second.part);
    expect(log).toEqual(['open 1']);
  });

  it('are opened anew for other settings', async () => {
    const { log, take } = setUp();
    await take({ size: 1 });
    await take({ size: 2 });
    expect(log).toEqual(['open 1', 'open 2']);
  });

  it('are closed by the last one who holds them', async () => {
    const { log, take } = setUp();
    const [first, second] = [await take({ size: 1 }), await take({ size: 1 })];
    await first.release();
    await first.release();
    expect(log).toEqual(['open 1']);
    await second.release();
    expect(log).toEqual(['open 1', 'close 1']);
  });

  it('are opened again when they are wanted after they were closed', async () => {
    const { log, take } = setUp();
    await (await take({ size: 1 })).release();
    await take({ size: 1 });
    expect(log).toEqual(['open 1', 'close 1', 'open 1']);
  });

  it('that cannot be opened are held by nobody', async () => {
    const { log, take } = setUp();
    await expect(take({ size: -1 })).rejects.toThrow('too small');
    expect(log).toEqual([]);
  });
});
