import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createDecisionLog, createLedger, openDatabase } from '@claudette/ledger';
import type { LogFields, Logger } from '@claudette/metrics';
import { createFakeClock } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { saveOnCrash } from './save-on-crash.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crash-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () => {
  const database = openDatabase(join(folder, 'ledger.db'));
  return { ledger: createLedger({ database }), decisions: createDecisionLog({ database, clock: createFakeClock() }) };
};

const logTo = (lines: [string, LogFields, string][], broken = false): Logger => {
  const write = (level: string) => (fields: LogFields, message: string) => {
    if (broken) throw new Error('nobody reads it');
    lines.push([level, fields, message]);
  };
  const done = (): void => undefined;
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    flush: done,
    close: done,
  };
};

const start = {
  id: 'x-1',
  startedAtMs: 1,
  dialect: 'openai-chat',
  operation: 'generate',
  stream: false,
  requestBytes: 1,
  principalId: 'local',
  requestedModel: 'auto',
} as const;

describe('a crash', () => {
  it('leaves nothing that the ledger took unwritten', () => {
    const runtime = open();
    runtime.ledger.begin(start);
    saveOnCrash({ ...runtime, logger: logTo([]) }, new Error('boom'));
    const { ledger, decisions } = open();
    expect(ledger.count()).toBe(1);
    decisions.close();
    ledger.close();
  });

  it('saves what it can when the log cannot be written', () => {
    const runtime = open();
    runtime.ledger.begin(start);
    saveOnCrash({ ...runtime, logger: logTo([], true) }, new Error('boom'));
    const { ledger, decisions } = open();
    expect(ledger.count()).toBe(1);
    decisions.close();
    ledger.close();
  });

  it('says why, and where it came from at debug only', () => {
    const lines: [string, LogFields, string][] = [];
    const error = new Error('boom');
    saveOnCrash({ ...open(), logger: logTo(lines) }, error);
    expect(lines).toEqual([
      ['error', { error: 'internal', reason: 'boom' }, expect.stringContaining('nobody handled')],
      ['debug', { err: error }, expect.any(String)],
    ]);
  });
});
