import { expect, it } from '@jest/globals';

import { proposeBackends } from './propose-backends.js';

it('proposes vendors whose key is in the environment, by reference', async () => {
  const proposed = await proposeBackends({ ANTHROPIC_API_KEY: 'hunter2' });
  expect(proposed).toContainEqual({
    name: 'anthropic',
    reason: 'ANTHROPIC_API_KEY is set',
    entry: { provider: 'anthropic', apiKey: 'env:ANTHROPIC_API_KEY', models: expect.anything() },
  });
  expect(JSON.stringify(proposed)).not.toContain('hunter2');
});
