import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createRedactor } from './redact.js';
import { createSecret } from './secret.js';

const repeat = (text: string, length: number): string => text.repeat(length).slice(0, length);

describe('redaction of known values', () => {
  it('masks a remembered value wherever it stands', () => {
    const redactor = createRedactor();
    redactor.remember(createSecret('correct horse'));
    expect(redactor.redact('say "correct horse" twice: correct horse')).toBe('say "***" twice: ***');
  });

  it('masks the longest value first', () => {
    const redactor = createRedactor();
    redactor.remember(createSecret('password'));
    redactor.remember(createSecret('password-and-more'));
    expect(redactor.redact('password-and-more')).toBe('***');
  });

  it('leaves values of under eight characters alone', () => {
    const redactor = createRedactor();
    redactor.remember(createSecret('ollama'));
    expect(redactor.redact('ollama')).toBe('ollama');
  });

  it('masks a value inside JSON and inside a URL', () => {
    const redactor = createRedactor();
    redactor.remember(createSecret('a"b/c+d=efgh'));
    expect(redactor.redact('{"k":"a\\"b/c+d=efgh"} ?k=a%22b%2Fc%2Bd%3Defgh')).toBe('{"k":"***"} ?k=***');
  });

  it('masks one value of many, each sign of it taken as it is', () => {
    const redactor = createRedactor();
    const values = [
      '$^.*+?()[]{}|\\/-',
      'line\nbreak and \ud800 half',
      ...Array.from({ length: 50 }, (_, n) => `value-no-${n}`),
    ];
    for (const value of values) redactor.remember(createSecret(value));
    expect(values.map((value) => redactor.redact(`<${value}>`))).toEqual(
      values.map(() => expect.stringMatching(/^<\*{3}\d?>$/)),
    );
  });

  it('never lets a remembered value through', () => {
    const secretText = fc.string({ minLength: 8, maxLength: 40, unit: 'binary' }).filter((text) => !text.includes('*'));
    fc.assert(
      fc.property(fc.array(secretText, { minLength: 1, maxLength: 5 }), fc.array(fc.string()), (values, between) => {
        const redactor = createRedactor();
        for (const value of values) redactor.remember(createSecret(value));
        const text = values.map((value, index) => `${between[index] ?? ''}${value}`).join(' ');
        const clean = redactor.redact(text);
        expect(values.filter((value) => clean.includes(value))).toEqual([]);
      }),
    );
  });
});

describe('redaction of key formats', () => {
  const { redact } = createRedactor();

  it.each([
    ['sk-ant-api03-' + repeat('aB3_-x', 95)],
    ['sk-proj-' + repeat('Zy9-_q', 120)],
    ['sk-svcacct-' + repeat('Q1w2', 60)],
    ['sk-or-v1-' + repeat('0af9', 64)],
    ['sk-' + repeat('a1B2', 48)],
    ['AIza' + repeat('SyD-4', 35)],
    ['AQ.Ab8' + repeat('R-N_6', 45)],
    ['gsk_' + repeat('x9Z', 52)],
    ['xai-' + repeat('k3Y', 80)],
    ['claudette-' + repeat('b_-7', 43)],
    ['ghp_' + repeat('A1b', 36)],
    ['github_pat_' + repeat('1A_b', 82)],
    ...['ghu_', 'gho_', 'ghs_', 'ghr_'].map((start) => [start + repeat('A1b', 36)]),
    ['AKIA' + repeat('IOSFODNN7', 16)],
    ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxe-', 'xoxe.xoxp-'].map((start) => [`${start}1234567890-${repeat('aB3', 24)}`]),
    ['xapp-1-' + repeat('A1b2-', 60) + 'x'],
    ['hf_' + repeat('aBcD', 34)],
    ['ASIA' + repeat('IOSFODNN7', 16)],
  ])('masks %s', (key) => {
    expect([redact(key), redact(`key=${key},`), redact(`"${key}"`)]).toEqual(['***', 'key=***,', '"***"']);
  });

  it.each(['Bearer', 'bearer', 'BEARER', 'beaRer'])('masks what follows %s', (word) => {
    expect(redact(`authorization: ${word} abc.def-123`)).toBe(`authorization: ${word} ***`);
  });

  it('masks what follows Bearer at the end of a longer text', () => {
    expect(redact(`${'word '.repeat(100)}Bearer abc.def-123`)).toBe(`${'word '.repeat(100)}Bearer ***`);
  });

  it.each([
    ['max_tokens: 100 tokens, cachedInputTokens'],
    ['task-1234567890123456789012345'],
    ['risk-assessment-2026-quarterly-report'],
    ['the sk-learn library'],
    ['sk-a-very-long-kebab-case-word'],
    ['bearer authentication is used'],
    ['Bearer of bad news'],
    ['claudette-config-2026'],
    ['hf_hub_download and half_precision_accumulation_of_gradients'],
    ['xapp-settings-of-the-workspace'],
    ['deskjet-1234567890abcdefgh, flask-sqlalchemy-2026-release'],
    ['max_output_tokens, tokensInput: 1234, tokenizer-v2026'],
    ['https://example.com/v1/chat/completions?model=gpt-5'],
    ['a UUID 3f2504e0-4f89-11d3-9a0c-0305e82c3301'],
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('masks a key in any text around it', () => {
    const around = fc.string().filter((text) => !/[A-Za-z0-9]$/.test(text));
    fc.assert(
      fc.property(around, fc.stringMatching(/^[A-Za-z0-9_-]{95}$/), (before, tail) => {
        const key = `sk-ant-api03-${tail}`;
        expect(redact(`${before}${key}`)).not.toContain(key);
      }),
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(fc.property(fc.string(), (text) => redact(redact(text)) === redact(text)));
  });
});

describe('redaction of objects', () => {
  const redactor = createRedactor();
  const key = 'sk-proj-' + repeat('Zy9', 40);

  it('redacts strings at any place and leaves the rest as it is', () => {
    const original = { a: [key, 1, true, null, undefined], b: { [key]: 2n }, when: new Date(0) };
    expect(redactor.redactObject(original)).toEqual({
      a: ['***', 1, true, null, undefined],
      b: { '***': 2n },
      when: new Date(0),
    });
  });

  it('does not change the original', () => {
    const original = { nested: { key } };
    redactor.redactObject(original);
    expect(original).toEqual({ nested: { key } });
  });

  it('masks fields that hold credentials, whatever their value', () => {
    const headers = {
      Authorization: 'Basic x',
      'x-api-key': 'y',
      cookie: 'z',
      passphrase: 'p',
      api_key: 'k',
      maxTokens: 5,
      tokens: 'few',
    };
    expect(redactor.redactObject(headers)).toEqual({
      Authorization: '***',
      'x-api-key': '***',
      cookie: '***',
      passphrase: '***',
      api_key: '***',
      maxTokens: 5,
      tokens: 'few',
    });
  });

  it('masks secrets and sizes of bytes, and walks maps, sets and URLs', () => {
    const original = {
      secret: createSecret('x'),
      bytes: new Uint8Array(3),
      map: new Map([['k', key]]),
      set: new Set([key]),
      url: new URL(`http://127.0.0.1/?k=${key}`),
    };
    expect(redactor.redactObject(original)).toEqual({
      secret: '***',
      bytes: '[3 bytes]',
      map: { k: '***' },
      set: ['***'],
      url: 'http://127.0.0.1/?k=***',
    });
  });

  it('shows an error with its cause and fields, redacted', () => {
    const error = Object.assign(new Error(`refused ${key}`, { cause: new Error(key) }), { code: 'internal' });
    delete error.stack;
    expect(redactor.redactObject(error)).toMatchObject({
      name: 'Error',
      message: 'refused ***',
      code: 'internal',
      cause: { message: '***' },
    });
  });

  it('redacts the stack of an error', () => {
    expect(JSON.stringify(redactor.redactObject(new Error(key)))).not.toContain(key);
  });

  it('cuts cycles, but shows the same object twice', () => {
    const shared = { a: 1 };
    const original: Record<string, unknown> = { first: shared, second: shared };
    original['self'] = original;
    expect(redactor.redactObject(original)).toEqual({ first: { a: 1 }, second: { a: 1 }, self: '[circular]' });
  });

  it('goes eight levels deep and no deeper', () => {
    let deep: unknown = 'bottom';
    for (let level = 0; level < 9; level += 1) deep = { deep };
    expect(JSON.stringify(redactor.redactObject(deep))).toContain('[too deep]');
    expect(JSON.stringify(redactor.redactObject((deep as { deep: unknown }).deep))).toContain('bottom');
  });

  it('never lets a remembered value through', () => {
    const value = 'a-remembered-value';
    redactor.remember(createSecret(value));
    const leaf = fc.constantFrom(value, `x${value}y`, 'harmless');
    fc.assert(
      fc.property(fc.object({ values: [leaf], key: leaf, maxDepth: 4 }), (object) => {
        expect(JSON.stringify(redactor.redactObject(object))).not.toContain(value);
      }),
    );
  });
});
