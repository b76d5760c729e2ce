import { hash } from 'node:crypto';

import { targetName } from '@claudette/core';
import type { Call, ChatRequest, Original, Target } from '@claudette/core';

import type { Scope } from './scope.js';

/**
 * The fields that say how an answer travels, or to whom, and not what it is. `model` is the client's name for a choice
 * that the plan has made: the target that answered stands in the key instead. Everything else is part of the question;
 * `choices` and `foreign` are written apart.
 */
const writtenElsewhere: ReadonlySet<string> = new Set<keyof ChatRequest>([
  'model',
  'stream',
  'streamUsage',
  'userId',
  'choices',
  'foreign',
]);

const noNames: ReadonlySet<string> = new Set();

/**
 * The identity of a question within a scope: equal digests may share an answer. SHA-256 over a canonical text, so the
 * order of keys does not matter; base64url, 43 characters.
 *
 * @param call what is asked, and the client's bytes, which stand in where a number in them (1e400, 2^60) is not exact in the
 *   decoded request
 * @throws RangeError when the request is nested more deeply than the stack allows
 */
export function digestRequest(
  { operation, request, original }: Pick<Call, 'operation' | 'request' | 'original'>,
  scope: Scope,
): string {
  let exact = true;

  // Every value tells where it ends, strings by their length: quoting each of them would cost more than the digest.
  const write = (value: unknown): string => {
    if (typeof value === 'string') return `"${value.length}:${value}`;
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value) && (Number.isInteger(value) || !Number.isFinite(value))) exact = false;
      return `${value},`;
    }
    if (typeof value !== 'object' || value === null) return `${String(value)},`;
    return Array.isArray(value) ? `[${value.map(write).join('')}]` : writeFields(value, noNames);
  };
  const writeFields = (fields: object, without: ReadonlySet<string>): string => {
    let text = '{';
    for (const name of sortNames(Object.keys(fields))) {
      const value: unknown = fields[name as keyof typeof fields];
      if (value !== undefined && !without.has(name)) text += `${name.length}:${name}${write(value)}`;
    }
    return `${text}}`;
  };

  let text = write(scope.kind) + write(scope.id) + write(operation) + writeFields(request, writtenElsewhere);
  // Absent is one.
  text += write(request.choices ?? 1);
  // Foreign fields come in the order of the client's keys, which means nothing.
  text += `[${request.foreign.map(write).sort().join('')}]`;
  if (original !== undefined && !exact) text += hash('sha256', original.body, 'base64url');
  // In UTF-8 all lone surrogates would look alike; JSON spells them out, and begins as no other text does.
  return hash('sha256', text.isWellFormed() ? text : `json ${JSON.stringify(text)}`, 'base64url');
}

/**
 * The identity of a question whose client's headers reach the backend: only one of the client's own dialect gets them.
 *
 * @param ignored lower-case names of headers that do not change an answer
 * @returns the digest as it is, when no other header was sent
 */
export function digestWithHeaders(digest: string, headers: Original['headers'], ignored: ReadonlySet<string>): string {
  let text = '';
  for (const name of sortNames(Object.keys(headers))) {
    const value = headers[name] ?? '';
    if (!ignored.has(name)) text += `${name.length}:${name}${value.length}:${value}`;
  }
  return text === '' ? digest : hash('sha256', digest + text, 'base64url');
}

/** The most names that are sorted here: for few, a call of the general sort costs more than the sorting. */
const FEW_NAMES = 12;

/** In place. */
const sortNames = (names: string[]): readonly string[] => {
  if (names.length > FEW_NAMES) return names.sort();
  for (let end = 1; end < names.length; end += 1) {
    for (let at = end; at > 0; at -= 1) {
      const before = names[at - 1] as string;
      const name = names[at] as string;
      if (before < name) break;
      names[at - 1] = name;
      names[at] = before;
    }
  }
  return names;
};

/** The key of an answer: the question and who answered. Looked up under each target of a plan, stored under one. */
export const keyFor = (digest: string, target: Pick<Target, 'backend' | 'model'>): string =>
  `${digest}:${targetName(target)}`;
