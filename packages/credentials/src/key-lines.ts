import { GatewayError } from '@claudette/core';

import { isCredentialName } from './credential-name.js';
import { createSecret } from './secret.js';
import type { Secret } from './secret.js';

const line = /^(?:export\s+)?([^\s=]+)\s*=(.*)$/;
const quoted = /^(["'])(.*)\1(?:\s+#.*)?$/;

/** The quotes around a value are not part of it, and without them neither is a comment behind it. */
const toValue = (text: string): string => quoted.exec(text)?.[2] ?? text.replace(/(^|\s)#.*$/, '').trim();

/**
 * Credentials as lines of `NAME=VALUE`, as .env files have them: `export`, quotes, comments and empty lines are
 * understood; of two lines with one name the last counts.
 * @throws GatewayError `invalid_request` with the number of the line that is none of this, never its text
 */
export function parseKeyLines(text: string): ReadonlyMap<string, Secret> {
  const entries = new Map<string, Secret>();
  const refuse = (index: number, why: string): GatewayError =>
    new GatewayError('invalid_request', `line ${index + 1} ${why}; nothing was changed`);
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((raw, index) => {
      const trimmed = raw.trim();
      if (trimmed === '' || trimmed.startsWith('#')) return;
      const [, name = '', rest = ''] = line.exec(trimmed) ?? [];
      if (!isCredentialName(name)) throw refuse(index, 'is not NAME=VALUE');
      const value = toValue(rest.trim());
      if (value === '') throw refuse(index, `has no value for ${name}`);
      entries.set(name, createSecret(value));
    });
  return entries;
}
