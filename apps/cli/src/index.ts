export { createProgram, runCommandLine } from './program.js';
