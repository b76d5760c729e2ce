const EXIT_WITHIN_MS = 2_000;

/**
 * For the end of everything: nothing is left that keeps the process alive, and it ends by itself. If not, it is ended all
 * the same, and what kept it is told. Keeps no process alive.
 */
export function expectExit(tell: (line: string) => void): void {
  setTimeout(() => {
    tell(`claudette: all is closed, but these were still open: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit();
  }, EXIT_WITHIN_MS).unref();
}
