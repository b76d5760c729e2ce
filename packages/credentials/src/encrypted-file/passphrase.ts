import { readFile } from 'node:fs/promises';

import { GatewayError } from '@claudette/core';

import type { Environment } from '../environment-source.js';
import { createSecret } from '../secret.js';
import type { Secret } from '../secret.js';

/** Gives the passphrase of the credential file. `isNew`: there is no file yet, so whatever it is will be kept. */
export type TakePassphrase = (isNew: boolean) => Promise<Secret>;

export interface PassphraseOptions {
  /** @default process.env */
  readonly environment?: Environment;
  /** Asks a person, once. */
  readonly ask?: (isNew: boolean) => Promise<string>;
}

async function readKeyFile(path: string): Promise<Secret> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const { message } = cause as Error;
    throw new GatewayError('configuration_invalid', `CLAUDETTE_PASSPHRASE_FILE cannot be read: ${message}`, { cause });
  }
  // Editors end the last line, and that end is not part of the passphrase.
  const passphrase = text.replace(/\r?\n$/, '');
  if (passphrase === '') throw new GatewayError('configuration_invalid', `CLAUDETTE_PASSPHRASE_FILE ${path} is empty`);
  return createSecret(passphrase);
}

/**
 * The passphrase from `CLAUDETTE_PASSPHRASE`, else from the file that `CLAUDETTE_PASSPHRASE_FILE` names, else from a person.
 * Rejects with GatewayError `configuration_invalid` when there is none. What a person typed is asked for once and kept.
 */
export function createPassphrase({ environment = process.env, ask }: PassphraseOptions = {}): TakePassphrase {
  let typed: Promise<string> | undefined;
  return async (isNew) => {
    const variable = environment['CLAUDETTE_PASSPHRASE'] ?? '';
    if (variable !== '') return createSecret(variable);
    const keyFile = environment['CLAUDETTE_PASSPHRASE_FILE'] ?? '';
    if (keyFile !== '') return readKeyFile(keyFile);
    if (ask !== undefined) return createSecret(await (typed ??= ask(isNew)));
    throw new GatewayError(
      'configuration_invalid',
      'the credential file needs its passphrase; set CLAUDETTE_PASSPHRASE, or CLAUDETTE_PASSPHRASE_FILE to a file with it',
    );
  };
}
