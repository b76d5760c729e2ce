import type { Clock } from '@claudette/core';
import { pino } from 'pino';

import { formatLogLine } from './format-log-line.js';
import { createLineBuffer } from './line-buffer.js';
import { createLogTimestamp } from './log-timestamp.js';

/** From the most to the least talkative. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** `json`: one JSON object per line; `pretty`: one readable line; `auto`: readable on a terminal, JSON elsewhere. */
export type LogFormat = 'json' | 'pretty' | 'auto';

/** What a line is about, for machines. An `Error` goes under `err`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes structured lines. They are gathered for up to 100 ms; an error goes out at once, with all that came before it. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  /** Written before it returns. */
  error(fields: LogFields, message: string): void;
  /** Writes what was gathered, before it returns. */
  flush(): void;
  /** Flushes and stops gathering: lines that still come are written at once. */
  close(): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes secrets out of a line; it sees every line by itself and whole, before it is gathered. */
  readonly redact: (line: string) => string;
  /** Where lines go: one or more whole lines, each with its newline. @default standard error, synchronously */
  readonly write?: (lines: string) => void;
  /** Ends the gathering of lines. @default the timers of Node.js */
  readonly clock?: Pick<Clock, 'after'>;
}

/**
 * Creates a logger. Nothing is lost when the process ends by `process.exit` or by an uncaught error; `close` it so that
 * nothing is lost when a signal ends it either.
 */
export function createLogger({
  level,
  format,
  redact,
  write = createStandardError(),
  clock = nodeTimers,
}: LoggerOptions): Logger {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY === true);
  const buffer = createLineBuffer({ clock, write });
  const lines = pino(
    { level, base: null, timestamp: createLogTimestamp(), formatters: { level: (label) => ({ level: label }) } },
    { write: (json: string) => buffer.add(redact(isPretty ? formatLogLine(json) : json)) },
  );
  return {
    debug: (fields, message) => lines.debug(fields, message),
    info: (fields, message) => lines.info(fields, message),
    warn: (fields, message) => lines.warn(fields, message),
    error(fields, message) {
      lines.error(fields, message);
      buffer.flush();
    },
    flush: buffer.flush,
    close: buffer.close,
  };
}

const nodeTimers: Pick<Clock, 'after'> = {
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

const createStandardError = (): ((lines: string) => void) => {
  const destination = pino.destination({ fd: 2, sync: true });
  return (lines) => void destination.write(lines);
};
