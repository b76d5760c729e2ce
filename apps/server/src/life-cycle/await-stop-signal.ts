const signals = ['SIGTERM', 'SIGINT'] as const;

const INTERRUPTED = 130;

/** Resolves at the first SIGTERM or SIGINT. The next one ends the process at once, after `endAtOnce`. */
export function awaitStopSignal(endAtOnce: () => void = () => undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      endAtOnce();
      process.exit(INTERRUPTED);
    };
    const stop = (): void => {
      for (const signal of signals) {
        process.off(signal, stop);
        process.on(signal, end);
      }
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}
