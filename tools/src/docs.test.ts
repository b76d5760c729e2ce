import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { generatedPages } from './generated-pages.js';
import { readManifest, readProjects, readText, repositoryRoot, scope } from './workspace.js';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(repositoryRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
  ...readProjects()
    .map(({ folder }) => `${folder}/README.md`)
    .filter((path) => existsSync(join(repositoryRoot, path))),
];

/** The words that code, configuration, metrics and pages share. */
const words = [
  'alias',
  'attempt',
  'backend',
  'commit',
  'dialect',
  'event',
  'exchange',
  'flight',
  'key',
  'loss',
  'outcome',
  'plan',
  'principal',
  'provider',
  'scope',
  'target',
];

const cellsOf = (page: string): readonly string[] =>
  [...page.matchAll(/^\|\s*`([^`]+)`\s*\|/gm)].flatMap((match) => match[1] ?? []);

const linksOf = (page: string): readonly string[] =>
  [...page.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)]
    .flatMap((match) => match[1] ?? [])
    .filter((link) => !/^(?:[a-z]+:|#)/.test(link))
    .map((link) => link.replace(/#.*$/, ''));

describe('the pages', () => {
  it.each(Object.entries(generatedPages))('say in %s what the code says', (path, render) => {
    expect(readText(path)).toBe(render());
  });

  it('give a reason for every dependency in docs/dependencies.md, and for none that is gone', () => {
    const manifests = [readManifest('.'), ...readProjects().map(({ manifest }) => manifest)];
    const used = manifests
      .flatMap(({ dependencies, devDependencies }) => [...Object.keys({ ...dependencies, ...devDependencies })])
      .filter((name) => !name.startsWith(scope));
    expect([...cellsOf(readText('docs/dependencies.md'))].sort()).toEqual([...new Set(used)].sort());
  });

  it('explain the shared words in docs/glossary.md', () => {
    const explained = [...readText('docs/glossary.md').matchAll(/^\|\s*\*\*([^*]+)\*\*\s*\|/gm)].map(
      ([, word]) => word,
    );
    expect(words.filter((word) => !explained.includes(word))).toEqual([]);
  });

  it('list every package in README.md', () => {
    const readme = readText('README.md');
    expect(readProjects().filter(({ folder }) => !readme.includes(`(${folder})`))).toEqual([]);
  });

  it.each(pages)('link from %s to what exists', (page) => {
    const broken = linksOf(readText(page)).filter(
      (link) => !existsSync(join(repositoryRoot, dirname(page), decodeURIComponent(link))),
    );
    expect(broken).toEqual([]);
  });
});
