export { createServer } from './create-server.js';
export { runServer } from './run-server.js';
export type { RunningServer } from './run-server.js';
export { serve } from './serve.js';
