import { describe, expect, it } from '@jest/globals';

import { createEnvironmentSource } from './environment-source.js';
import { reveal } from './secret.js';

describe('the environment source', () => {
  it('reads the variable each time', async () => {
    const environment = { KEY: 'before' };
    const source = createEnvironmentSource(environment);
    const before = await source.get('KEY');
    environment.KEY = 'after';
    const after = await source.get('KEY');
    expect([before && reveal(before), after && reveal(after)]).toEqual(['before', 'after']);
  });

  it('gives the same secret while the variable stays the same', async () => {
    const source = createEnvironmentSource({ KEY: 'value' });
    expect(await source.get('KEY')).toBe(await source.get('KEY'));
  });

  it('drops white space around the value', async () => {
    const secret = await createEnvironmentSource({ KEY: ' value\n' }).get('KEY');
    expect(secret && reveal(secret)).toBe('value');
  });

  it.each([[undefined], [''], ['  ']])('has nothing where the variable is %j', async (value) => {
    expect(await createEnvironmentSource({ KEY: value }).get('KEY')).toBeUndefined();
  });

  it('reads the environment of the process by default', async () => {
    const secret = await createEnvironmentSource().get('PATH');
    expect(secret && reveal(secret)).toBeTruthy();
  });
});
