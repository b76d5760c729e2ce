export { createServer } from './create-server.js';
export { expectExit } from './life-cycle/expect-exit.js';
export { runServer } from './run-server.js';
export type { RunningServer } from './run-server.js';
export { serve } from './serve.js';
