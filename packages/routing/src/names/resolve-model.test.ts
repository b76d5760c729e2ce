import { describe, expect, it } from '@jest/globals';

import { GatewayError, targetName } from '@claudette/core';

import { createCatalog } from './catalog.js';
import type { RoutableTarget } from './catalog.js';
import { resolveModel } from './resolve-model.js';

const routable = (backend: string, model: string, priority = 1): RoutableTarget => ({
  target: { backend, model, provider: 'openai', dialect: 'openai-chat' },
  priority,
});

const catalog = createCatalog({
  targets: [
    routable('openai', 'gpt-5.5'),
    routable('openai', 'gpt-5.4-mini'),
    routable('router', 'gpt-5.5', 2),
    routable('router', 'meta/llama-4', 2),
    routable('openai', 'gpt-5.5', 9),
  ],
  aliases: {
    fast: ['router/gpt-5.5', 'gpt-5.5', 'openai/gpt-5.4-mini'],
    'gpt-5.4-mini': ['router/meta/llama-4'],
    nothing: ['gone/model'],
  },
});

const names = (model: string, pin?: string): string[] =>
  resolveModel(catalog, model, pin).targets.map(({ target }) => targetName(target));

const failure = (model: string, pin?: string): GatewayError => {
  try {
    resolveModel(catalog, model, pin);
  } catch (error) {
    if (error instanceof GatewayError) return error;
  }
  throw new Error('did not fail');
};

describe('a model name', () => {
  it.each([
    ['a bare id', 'gpt-5.5', ['openai/gpt-5.5', 'router/gpt-5.5']],
    ['a bare id with a slash', 'meta/llama-4', ['router/meta/llama-4']],
    ['backend/model', 'router/gpt-5.5', ['router/gpt-5.5']],
    ['backend/model whose id has a slash', 'router/meta/llama-4', ['router/meta/llama-4']],
    ['a model that its backend does not list', 'router/new/model', ['router/new/model']],
    ['an alias', 'fast', ['router/gpt-5.5', 'openai/gpt-5.5', 'openai/gpt-5.4-mini']],
    ['an alias that hides a bare id', 'gpt-5.4-mini', ['router/meta/llama-4']],
    ['auto', 'auto', ['openai/gpt-5.5', 'openai/gpt-5.4-mini', 'router/gpt-5.5', 'router/meta/llama-4']],
  ])('resolves %s', (_, model, targets) => {
    expect(names(model)).toEqual(targets);
  });

  it('takes the priority of its backend when it is not listed there', () => {
    expect(resolveModel(catalog, 'router/new').targets[0]?.priority).toBe(2);
  });

  it('remembers which alias entry a target comes from', () => {
    expect(resolveModel(catalog, 'fast').targets.map(({ position }) => position)).toEqual([1, 2, 3]);
  });

  it('brings weights when it is a preset', () => {
    expect(resolveModel(catalog, 'auto:cheap')).toMatchObject({ weights: { cost: 0.8 } });
    expect(names('auto:cheap')).toEqual(names('auto'));
  });

  it('brings no weights when an alias has the name of a preset', () => {
    const own = createCatalog({ targets: catalog.targets, aliases: { 'auto:fast': ['gpt-5.5'] } });
    expect(resolveModel(own, 'auto:fast')).not.toHaveProperty('weights');
  });

  it.each(['constructor', '__proto__', 'gone/model', '/', 'auto:nonsense', 'nothing'])(
    'is not found when it is %p',
    (name) => {
      expect(failure(name)).toMatchObject({ code: 'model_not_found' });
    },
  );

  it('names the nearest names when it is not found', () => {
    expect(failure('gpt-5.6').detail).toBe('"gpt-5.6"; near it: gpt-5.5');
  });

  it('names nothing near that whoever asks may not use', () => {
    const detailFor = (model: string, visible: string, pin?: string): string => {
      try {
        resolveModel(catalog, model, pin, (target) => targetName(target) === visible);
      } catch (error) {
        if (error instanceof GatewayError) return error.detail;
      }
      throw new Error('did not fail');
    };
    expect(detailFor('gpt-5.6', 'router/meta/llama-4')).toBe('"gpt-5.6"');
    expect(detailFor('fast-', 'router/meta/llama-4')).toBe('"fast-"');
    expect(detailFor('fas', 'router/gpt-5.5')).toContain('near it: fast');
    expect(detailFor('auto', 'router/meta/llama-4', 'rooter')).toBe(
      'there is no backend "rooter" to pin; there are: router',
    );
    expect(detailFor('auto', 'nothing', 'rooter')).toBe('there is no backend "rooter" to pin');
  });

  it('is quoted only in part when it is very long', () => {
    expect(failure('x'.repeat(5000)).detail).toHaveLength(202);
  });
});

describe('an alias', () => {
  it('has its entries listed that stand for nothing', () => {
    const { unresolved } = createCatalog({
      targets: catalog.targets,
      aliases: { fast: ['gpt-5.5', 'gpt-5.6', 'router/any'], 'fast-too': ['fast'] },
    });
    expect(unresolved).toEqual([
      { alias: 'fast', entry: 'gpt-5.6' },
      { alias: 'fast-too', entry: 'fast' },
    ]);
  });
});

describe('a pinned backend', () => {
  it('is the only one that may answer', () => {
    expect(names('gpt-5.5', 'router')).toEqual(['router/gpt-5.5']);
  });

  it('rejects the other targets of the name', () => {
    expect(resolveModel(catalog, 'gpt-5.5', 'router').rejected).toEqual([
      { target: routable('openai', 'gpt-5.5').target, reason: 'not the pinned backend router' },
    ]);
  });

  it('narrows an alias and auto', () => {
    expect(names('fast', 'router')).toEqual(['router/gpt-5.5']);
    expect(names('auto', 'openai')).toEqual(['openai/gpt-5.5', 'openai/gpt-5.4-mini']);
  });

  it('is given a bare id that it does not list', () => {
    expect(names('brand-new', 'openai')).toEqual(['openai/brand-new']);
  });

  it('does not answer for a model of another backend', () => {
    expect(failure('openai/gpt-5.5', 'router').detail).toBe('"openai/gpt-5.5" on the pinned backend router');
  });

  it('is refused when it does not exist, and the ones that do are named', () => {
    expect(failure('auto', 'azure')).toMatchObject({
      code: 'invalid_request',
      detail: 'there is no backend "azure" to pin; there are: openai, router',
    });
  });
});

describe('an empty catalog', () => {
  it('serves nothing', () => {
    expect(() => resolveModel(createCatalog({ targets: [], aliases: {} }), 'auto')).toThrow(
      'No backend can serve the request now: none is configured',
    );
  });
});
