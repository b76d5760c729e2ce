import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createLogger } from './create-logger.js';
import type { LoggerOptions } from './create-logger.js';

const collect = (options: Partial<LoggerOptions> = {}) => {
  const clock = createFakeClock();
  const lines: string[] = [];
  const logger = createLogger({
    level: 'info',
    format: 'json',
    redact: (line) => line,
    write: (line) => void lines.push(line),
    clock,
    ...options,
  });
  return { logger, clock, lines };
};

const messagesIn = (writes: readonly string[]): unknown[][] =>
  writes.map((lines) => [...lines.matchAll(/"msg":"(\w+)"\}\n/g)].map(([, message]) => message));

describe('a logger', () => {
  it('writes one JSON object per line', () => {
    const { logger, lines } = collect();
    logger.info({ id: 'x1' }, 'hello');
    logger.flush();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\}\n$/);
    expect(JSON.parse(String(lines[0]))).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      id: 'x1',
      msg: 'hello',
    });
  });

  it('writes readable lines when asked to', () => {
    const { logger, lines } = collect({ format: 'pretty' });
    logger.warn({ id: 'x1' }, 'hello');
    logger.flush();
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d WARN {2}hello id=x1\n$/);
  });

  it('writes for machines by default when nobody sits at a terminal', () => {
    const { isTTY } = process.stderr;
    process.stderr.isTTY = false;
    const { logger, lines } = collect({ format: 'auto' });
    process.stderr.isTTY = isTTY;
    logger.info({}, 'hello');
    logger.flush();
    expect(lines[0]).toMatch(/^\{/);
  });

  it('is silent below its level', () => {
    const { logger, lines } = collect({ level: 'warn' });
    logger.debug({}, 'a');
    logger.info({}, 'b');
    logger.error({}, 'c');
    expect(lines).toHaveLength(1);
  });

  it('gathers lines for 100 ms', () => {
    const { logger, clock, lines } = collect();
    logger.info({}, 'a');
    logger.warn({}, 'b');
    expect(lines).toEqual([]);
    clock.advance(100);
    expect(messagesIn(lines)).toEqual([['a', 'b']]);
  });

  it('writes an error at once, behind what came before it', () => {
    const { logger, lines } = collect();
    logger.info({}, 'a');
    logger.error({}, 'b');
    expect(messagesIn(lines)).toEqual([['a', 'b']]);
  });

  it('has written everything when it is closed, and writes at once what comes later', () => {
    const { logger, lines } = collect();
    logger.info({}, 'a');
    logger.close();
    logger.info({}, 'b');
    expect(messagesIn(lines)).toEqual([['a'], ['b']]);
  });

  it('uses timers that do not keep the process alive when it is given no clock', () => {
    const keepingAlive = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const logger = createLogger({ level: 'info', format: 'json', redact: (line) => line, write: () => undefined });
    const before = keepingAlive();
    logger.info({}, 'a');
    expect(keepingAlive()).toBe(before);
    logger.close();
  });

  it('shows every line to the redaction by itself', () => {
    const seen: string[] = [];
    const { logger } = collect({ redact: (line) => String(seen.push(line)) });
    logger.info({}, 'a');
    logger.info({}, 'b');
    logger.close();
    expect(messagesIn(seen)).toEqual([['a'], ['b']]);
  });

  it.each(['json', 'pretty'] as const)('redacts whatever a %s line holds, errors included', (format) => {
    const { logger, lines } = collect({ format, redact: (line) => line.replaceAll('sk-canary', '[redacted]') });
    logger.error({ key: 'sk-canary', err: new Error('used sk-canary') }, 'with sk-canary');
    expect(lines.join('')).not.toContain('sk-canary');
    expect(lines.join('').match(/\[redacted\]/g)?.length).toBeGreaterThanOrEqual(3);
  });
});
