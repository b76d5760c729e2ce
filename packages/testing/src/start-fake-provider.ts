import { parseArgs } from 'node:util';

import { createFakeProvider } from './fake-provider/create-fake-provider.js';
import { routeLines } from './fake-provider/routes.js';

const DEFAULT_PORT = '4010';

const { values } = parseArgs({ options: { port: { type: 'string', default: DEFAULT_PORT } } });
const provider = await createFakeProvider({ port: Number(values.port) });

process.stdout.write(
  `The fake provider listens on ${provider.url}\n` +
    routeLines.map((line) => `  ${line}\n`).join('') +
    'Add a header such as "x-fake-behaviour: stall" to see it misbehave.\n',
);
process.once('SIGINT', () => void provider.close());
process.once('SIGTERM', () => void provider.close());
