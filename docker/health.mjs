// The image has no curl: Node asks. Exit code 0 is healthy.
const port = process.env['CLAUDETTE_SERVER_PORT'] ?? '3000';
const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) }).catch(
  () => undefined,
);
process.exit(answer?.ok ? 0 : 1);
