import type { Clock } from '@claudette/core';

/** Gathers lines, because writing each by itself costs more than making it. */
export interface LineBuffer {
  /** Takes a line with its newline. */
  add(line: string): void;
  /** Writes what is there, before it returns. */
  flush(): void;
  /** Writes what is there; from now on each line is written at once. */
  close(): void;
}

export interface LineBufferOptions {
  readonly clock: Pick<Clock, 'after'>;
  /** Takes one or more whole lines. */
  readonly write: (lines: string) => void;
}

const MAX_CHARACTERS = 8_192;
const MAX_DELAY_MS = 100;

/**
 * Creates a buffer that writes when 8,192 characters have come, 100 ms after the first of them, or as the process ends,
 * whichever is first. While it is empty it holds neither a timer nor a listener.
 */
export function createLineBuffer({ clock, write }: LineBufferOptions): LineBuffer {
  let lines = '';
  let closed = false;
  let stopWaiting: (() => void) | undefined;

  const wait = (): void => {
    const cancel = clock.after(MAX_DELAY_MS, flush);
    process.on('exit', flush);
    stopWaiting = () => {
      cancel();
      process.off('exit', flush);
      stopWaiting = undefined;
    };
  };

  const flush = (): void => {
    stopWaiting?.();
    if (lines === '') return;
    const ready = lines;
    lines = '';
    write(ready);
  };

  return {
    add(line) {
      lines += line;
      if (closed || lines.length >= MAX_CHARACTERS) flush();
      else if (stopWaiting === undefined) wait();
    },
    flush,
    close() {
      closed = true;
      flush();
    },
  };
}
