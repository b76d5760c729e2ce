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
async function withProcess<T>(replaced: Readonly<Record<string, unknown>>, work: () => Promise<T>): Promise<T> {
  const names = Object.keys(replaced);
  const before = names.map((name) => Object.getOwnPropertyDescriptor(process, name) ?? {});
  for (const name of names) {
    Object.defineProperty(process, name, { value: replaced[name], configurable: true, writable: true });
  }
  try {
    return await work();
  } finally {
    names.forEach((name, index) => Object.defineProperty(process, name, before[index] ?? {}));
  }
}

/** Runs a command line inside the test, with standard streams and an environment of its own. One at a time. */
export async function runInProcess(args: readonly string[], { home, input, onTerminal }: RunOptions): Promise<Finished> {
  const [stdout, stderr] = [createSink(), createSink()];
  const pipe = new Readable({ read: () => undefined });
  if (typeof input === 'string') pipe.push(input);
  if (input !== null) pipe.push(null);
  const streams = {
    stdin: Object.assign(pipe, { isTTY: input === undefined }),
    stdout: Object.assign(stdout.stream, onTerminal && { isTTY: true }),
    stderr: stderr.stream,
    env: home.environment,
  };
  const code = await withProcess(streams, () =>
    runCommandLine(args, (line) => void stderr.stream.write(`${line}\n`)),
  );
  return { code, out: stdout.text(), err: stderr.text() };
}
