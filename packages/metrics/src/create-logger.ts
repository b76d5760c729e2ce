import { pino } from 'pino';

import { formatLogLine } from './format-log-line.js';

/** From the most to the least talkative. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** `json`: one JSON object per line; `pretty`: one readable line; `auto`: readable on a terminal, JSON elsewhere. */
export type LogFormat = 'json' | 'pretty' | 'auto';

/** What a line is about, for machines. An `Error` goes under `err`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Writes structured lines. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes secrets out of a line; it sees every line whole, just before it is written. */
  readonly redact: (line: string) => string;
  /** Where lines go, each with its newline. @default standard error, written before the call returns */
  readonly write?: (line: string) => void;
}

/** Creates a logger. It writes synchronously, so there is nothing to flush and nothing to close. */
export function createLogger({ level, format, redact, write = createStandardError() }: LoggerOptions): Logger {
  const isPretty = format === 'pretty' || (format === 'auto' && process.stderr.isTTY === true);
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (json: string) => write(redact(isPretty ? formatLogLine(json) : json)) },
  );
}

const createStandardError = (): ((line: string) => void) => {
  const destination = pino.destination({ fd: 2, sync: true });
  return (line) => void destination.write(line);
};
