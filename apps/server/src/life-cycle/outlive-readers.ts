/** A server goes on when whoever reads its output (`| head`) has had enough of it. */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // The command line ends with its reader; what it set for that is not for servers.
    stream.removeAllListeners('error');
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
