import { expect, it } from '@jest/globals';

import type { Backend } from './backend.js';
import { checkConfig } from './config/check-config.js';
import { toBackend } from './find-backends.js';
import { listModels } from './list-models.js';
import { systemClock } from './system-clock.js';

const transport = { send: () => Promise.reject(new Error('nothing is sent')) };
const { backends, aliases } = checkConfig(
  {
    backends: {
      a: { provider: 'openai', models: ['m', 'n'] },
      b: { provider: 'ollama', models: ['m'] },
    },
    aliases: { quick: ['a/n'] },
  },
  'the test',
);
const made: readonly Backend[] = Object.entries(backends).map(([name, config]) =>
  toBackend(name, config, transport, systemClock),
);

it('lists auto, aliases, bare ids and targets, each once', () => {
  expect(listModels(made, aliases).map(({ id, ownedBy }) => `${id} of ${ownedBy}`)).toEqual([
    'auto of claudette',
    'quick of claudette',
    'm of a',
    'a/m of a',
    'n of a',
    'a/n of a',
    'b/m of b',
  ]);
});
