import type { Principal } from '@claudette/core';
import { createCatalog } from '@claudette/routing';
import { describe, expect, it } from '@jest/globals';

import { createModelAccess } from './model-access.js';

const routable = (backend: string, model: string) => ({
  target: { backend, model, provider: backend, dialect: 'openai-chat' as const },
  priority: 1,
});
const catalog = createCatalog({
  targets: [
    routable('openai', 'gpt-big'),
    routable('openai', 'gpt-small'),
    routable('lab', 'gpt-small'),
    routable('router', 'openai/gpt-big'),
    routable('router', 'meta/llama'),
  ],
  aliases: { fast: ['gpt-small'], smart: ['openai/gpt-big', 'lab/gpt-small'] },
});
const ids = ['auto', 'fast', 'smart', 'gpt-big', 'openai/gpt-big', 'lab/gpt-small', 'meta/llama', 'router/meta/llama'];
const access = createModelAccess(
  catalog,
  ids.map((id) => ({ id, ownedBy: 'x' })),
);

const principal = (...models: string[]): Principal => ({ id: 'k', name: 'k', models });
const allowed = (...models: string[]): string[] => {
  const who = principal(...models);
  return catalog.targets
    .filter(({ target }) => access.isAllowed(who, target))
    .map(({ target }) => `${target.backend}: ${target.model}`);
};
const listed = (...models: string[]): string[] => access.listFor(principal(...models)).map(({ id }) => id);

describe('the models that a key may use', () => {
  it('are all where it has no list', () => {
    const local = { id: 'local', name: 'local' };
    expect([
      catalog.targets.every(({ target }) => access.isAllowed(local, target)),
      access.listFor(local).length,
    ]).toEqual([true, ids.length]);
  });

  it.each([
    [['fast'], ['openai: gpt-small', 'lab: gpt-small']],
    [['smart'], ['openai: gpt-big', 'lab: gpt-small']],
    [['openai/gpt-big'], ['openai: gpt-big']],
    [['openai/*'], ['openai: gpt-big', 'openai: gpt-small']],
    [['openai/*-small'], ['openai: gpt-small']],
    [['gpt-small'], ['openai: gpt-small', 'lab: gpt-small']],
    [['gpt-*'], ['openai: gpt-big', 'openai: gpt-small', 'lab: gpt-small']],
    [['meta/llama'], ['router: meta/llama']],
    [['router/meta/*'], ['router: meta/llama']],
    [
      ['lab/*', 'gpt-big'],
      ['openai: gpt-big', 'lab: gpt-small'],
    ],
    [['gpt.big', 'fas', 'nonesuch'], []],
  ])('follow from %j', (models, targets) => {
    expect(allowed(...models)).toEqual(targets);
  });

  it('include those that a backend does not list', () => {
    const { target } = routable('openai', 'gpt-next');
    expect([access.isAllowed(principal('openai/*'), target), access.isAllowed(principal('lab/*'), target)]).toEqual([
      true,
      false,
    ]);
  });

  it('are the ones that are listed, with what may stand for one of them', () => {
    expect(listed('lab/*')).toEqual(['auto', 'fast', 'smart', 'lab/gpt-small']);
    expect(listed('meta/llama')).toEqual(['auto', 'meta/llama', 'router/meta/llama']);
    expect(listed('nonesuch')).toEqual([]);
  });

  it('are worked out once for each list', () => {
    const who = principal('lab/*');
    expect(access.listFor(who)).toBe(access.listFor(who));
  });

  it('stand for something when a key is made', () => {
    expect(() => access.check(['fast', 'openai/*', 'openai/gpt-next', 'gpt-*', 'meta/llama'])).not.toThrow();
  });

  it.each([
    ['fats', 'there is no model "fats" that a key could use; near it: fast'],
    ['nowhere/*', 'there is no model "nowhere/*" that a key could use'],
    ['auto', 'there is no model "auto" that a key could use'],
  ])('cannot be %s', (name, why) => {
    expect(() => access.check([name])).toThrow(
      expect.objectContaining({ code: 'invalid_request', detail: expect.stringContaining(why) }),
    );
  });
});
