import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { listConfigSections } from '@claudette/gateway';
import { describe, expect, it } from '@jest/globals';

import { configEffects } from './config-effects.js';
import { readText, repositoryRoot } from './workspace.js';

const keys = listConfigSections().flatMap((section) => section.keys.map(({ path }) => path));
const bound = configEffects.flatMap(({ tests }) => Object.keys(tests));

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Whether a test of the name is in the text, one that runs. */
const hasTest = (text: string, name: string): boolean => {
  const found = new RegExp(`([\\w.]*)(?:\\([^()]*\\))?\\(\\s*(['"\`])${escape(name)}\\2,`).exec(text);
  return found !== null && !/skip|todo|failing/.test(found[1] ?? '');
};

describe('every key of the configuration', () => {
  it('is bound to a test that shows its effect', () => {
    expect(keys.filter((key) => !bound.includes(key))).toEqual([]);
  });

  it('is bound once, and is one', () => {
    expect(bound.filter((key, index) => !keys.includes(key) || bound.indexOf(key) !== index)).toEqual([]);
  });
});

describe.each(configEffects)('the effect tests in $file', ({ file, tests }) => {
  const text = existsSync(join(repositoryRoot, file)) ? readText(file) : '';

  it('exist', () => {
    expect(Object.values(tests).filter((name) => !hasTest(text, name))).toEqual([]);
  });

  it('name their keys', () => {
    const words = Object.keys(tests).map((key) => key.split('.').at(-1) ?? '');
    expect(words.filter((word) => !new RegExp(`(?<![\\w$])${escape(word)}(?!\\w)`).test(text))).toEqual([]);
  });
});

describe('the search for a test', () => {
  it.each([
    ["it('does it', () => {})", true],
    ["it.each([\n  [1],\n])('does it', () => {})", true],
    ["it(\n  'does it',\n () => {})", true],
    ['it("does it", () => {})', true],
    ["it.skip('does it', () => {})", false],
    ["it('does it not', () => {})", false],
    ["// it 'does it'", false],
  ])('in %j says %s', (text, found) => {
    expect(hasTest(text, 'does it')).toBe(found);
  });
});
