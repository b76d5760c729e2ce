import { runReadmeExample } from '@claudette/testing';
import { expect, it } from '@jest/globals';

it('runs the example of the README', async () => {
  expect(await runReadmeExample(new URL('../README.md', import.meta.url))).toEqual([
    'the key is ***',
    '***',
    'Bearer sk-example-1234567890',
    'stored: lab, 469363e7',
    'The credential env:OTHER_API_KEY cannot be used: credential_missing',
    'upstream said: invalid key ***',
  ]);
});
