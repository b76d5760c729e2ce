import { hash } from 'node:crypto';

import { targetName } from '@claudette/core';
import type { ChatRequest, Original, Target } from '@claudette/core';

import type { Scope } from './scope.js';

/**
 * The fields that say how an answer travels, or to whom, and not what it is. `model` is the client's name for a choice
 * that the plan has made: the target that answered stands in the key instead. Everything else is part of the question.
 */
const transportFields: ReadonlySet<string> = new Set<keyof ChatRequest>(['model', 'stream', 'streamUsage', 'userId']);

const noHeaders: ReadonlySet<string> = new Set();

/**
 * The identity of a question within a scope: equal digests may share an answer. SHA-256 over a canonical text, so the
 * order of keys does not matter; base64url, 43 characters.
 *
 * @param original what the client sent: its headers belong to the question, and its bytes stand in where a number in the
 *   body (1e400, 2^60) is not exact in the decoded request
 * @param ignoredHeaders lower-case names of headers that do not change the answer
 * @throws RangeError when the request is nested more deeply than the stack allows
 */
export function digestRequest(
  request: ChatRequest,
  scope: Scope,
  original?: Pick<Original, 'body' | 'headers'>,
  ignoredHeaders: ReadonlySet<string> = noHeaders,
): string {
  let exact = true;

  const write = (value: unknown): string => {
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value) && (Number.isInteger(value) || !Number.isFinite(value))) exact = false;
      return String(value);
    }
    if (typeof value !== 'object' || value === null) return String(value);
    if (Array.isArray(value)) return `[${value.map(write).join()}]`;
    return writeFields(value, noHeaders);
  };
  const writeFields = (fields: object, without: ReadonlySet<string>): string => {
    let text = '{';
    for (const key of Object.keys(fields).sort()) {
      const value: unknown = fields[key as keyof typeof fields];
      if (value !== undefined && !without.has(key)) text += `${JSON.stringify(key)}:${write(value)},`;
    }
    return `${text}}`;
  };

  const { foreign, ...question } = request;
  let text = JSON.stringify([scope.kind, scope.id]) + writeFields(question, transportFields);
  // Foreign fields come in the order of the client's keys, which means nothing.
  text += `[${foreign.map(write).sort().join()}]`;
  if (original !== undefined) {
    text += writeFields(original.headers, ignoredHeaders);
    if (!exact) text += hash('sha256', original.body, 'base64url');
  }
  return hash('sha256', text, 'base64url');
}

/** The key of an answer: the question and who answered. Looked up under each target of a plan, stored under one. */
export const keyFor = (digest: string, target: Pick<Target, 'backend' | 'model'>): string =>
  `${digest}:${targetName(target)}`;
