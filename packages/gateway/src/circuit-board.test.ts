import { describe, expect, it } from '@jest/globals';

import { target } from './__fixtures__/make-call.js';
import { createCircuitBoard } from './circuit-board.js';

const other = { ...target, model: 'other' };

describe('the circuit board', () => {
  it('takes a target that it has not heard of for available', () => {
    expect(createCircuitBoard().isAvailable(target)).toEqual({ available: true });
  });

  it('takes a target whose circuit is open for unavailable, and says why', () => {
    const board = createCircuitBoard();
    board.observe({ kind: 'circuit', target, state: 'open', reason: '3 of 5 failed' });
    expect(board.isAvailable(target)).toEqual({ available: false, reason: 'circuit open: 3 of 5 failed' });
    expect(board.isAvailable(other)).toEqual({ available: true });
  });

  it.each(['half-open', 'closed'] as const)('takes it for available again once the circuit is %s', (state) => {
    const board = createCircuitBoard();
    board.observe({ kind: 'circuit', target, state: 'open', reason: 'failed' });
    board.observe({ kind: 'circuit', target, state, reason: 'probe' });
    expect(board.isAvailable(target)).toEqual({ available: true });
  });

  it('does not mind what else happens', () => {
    const board = createCircuitBoard();
    board.observe({ kind: 'auth-failed', reason: 'missing' });
    expect(board.isAvailable(target)).toEqual({ available: true });
  });
});
