import { Readable, Writable } from 'node:stream';

import { runCommandLine } from '../program.js';
import type { Home } from './create-home.js';

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly home: Home;
  /** What is piped in; null: a pipe that never ends; absent: standard input is a terminal. */
  readonly input?: string | null;
  /** What is typed on the terminal that standard input is, before it ends. */
  readonly typed?: string;
  /** Standard output is a terminal. @default false */
  readonly onTerminal?: boolean;
}

const createSink = (): { readonly stream: Writable; readonly text: () => string } => {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
};

/** Puts the values in place of those of `process` until the work is done. */
async function withStreams<T>(streams: Readonly<Record<string, unknown>>, work: () => Promise<T>): Promise<T> {
  const names = Object.keys(streams);
  const before = names.map((name) => Object.getOwnPropertyDescriptor(process, name) ?? {});
  for (const name of names) {
    Object.defineProperty(process, name, { value: streams[name], configurable: true, writable: true });
  }
  try {
    return await work();
  } finally {
    names.forEach((name, index) => Object.defineProperty(process, name, before[index] ?? {}));
  }
}

/** Lets `process.env`, which modules hold on to, have these variables and no others until the work is done. */
async function withEnvironment<T>(environment: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const replace = (variables: NodeJS.ProcessEnv): void => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, variables);
  };
  const before = { ...process.env };
  replace(environment);
  try {
    return await work();
  } finally {
    replace(before);
  }
}

/** Does the work with standard streams and an environment of its own, and says what it printed. One at a time. */
export async function capture<T>(
  { home, input, typed = '', onTerminal }: RunOptions,
  work: (printError: (line: string) => void) => Promise<T>,
): Promise<{ readonly result: T; readonly out: string; readonly err: string }> {
  const [stdout, stderr] = [createSink(), createSink()];
  const pipe = new Readable({ read: () => undefined });
  if (typeof input === 'string' || typed !== '') pipe.push(input ?? typed);
  if (input !== null) pipe.push(null);
  const streams = {
    stdin: Object.assign(pipe, { isTTY: input === undefined }),
    stdout: Object.assign(stdout.stream, onTerminal && { isTTY: true }),
    stderr: stderr.stream,
  };
  const printError = (line: string): void => void stderr.stream.write(`${line}\n`);
  const result = await withEnvironment(home.environment, () => withStreams(streams, () => work(printError)));
  return { result, out: stdout.text(), err: stderr.text() };
}

/** Runs a command line inside the test. One at a time. */
export async function runInProcess(args: readonly string[], options: RunOptions): Promise<Finished> {
  const { result, out, err } = await capture(options, (printError) => runCommandLine(args, printError));
  return { code: result, out, err };
}
