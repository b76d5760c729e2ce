import { noUsage } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { createBodyScanner } from './body-scanner.js';

describe('a body scanner', () => {
  it('commits a valid body and closes', () => {
    const scanner = createBodyScanner(() => noUsage);
    expect(scanner.see(Buffer.from('{}'))).toBe(2);
    expect(scanner).toMatchObject({ committed: true, finished: true, closed: true, usage: noUsage });
  });

  it('has nothing to do with what comes behind it', () => {
    const scanner = createBodyScanner(() => undefined);
    scanner.see(Buffer.from('{}'));
    expect(scanner.see(Buffer.from('more'))).toBe(0);
  });

  it('fails with what is wrong', () => {
    const scanner = createBodyScanner(() => {
      throw new Error('no number');
    });
    scanner.see(Buffer.from('{}'));
    expect(scanner).toMatchObject({ committed: false, finished: false, failure: { detail: 'no number' } });
  });
});
