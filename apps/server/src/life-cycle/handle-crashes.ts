import { toGatewayError } from '@claudette/core';

/** What happens to errors that nobody caught. Whoever creates it closes it. */
export interface CrashHandling {
  /** From now on, what there is to save is saved first; `save` also logs the error. */
  saveWith(save: (thrown: unknown) => void): void;
  close(): void;
}

const events = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * What nobody caught leaves the process in a state that nobody knows, so it ends with 1. Why is told without a stack.
 *
 * @param tell takes a line as long as there is no log
 */
export function handleCrashes(tell: (line: string) => void): CrashHandling {
  let save = (thrown: unknown): void => tell(`claudette: ${toGatewayError(thrown).message}`);
  const end = (thrown: unknown): void => {
    try {
      save(thrown);
    } finally {
      process.exit(1);
    }
  };
  for (const event of events) process.on(event, end);
  return {
    saveWith: (saveFirst) => void (save = saveFirst),
    close() {
      for (const event of events) process.off(event, end);
    },
  };
}
