import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Server } from 'node:tls';

import { GatewayError, toGatewayError } from '@claudette/core';

/** `server.tls` of the configuration. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** What Node takes. */
export interface Certificates {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
}

function readPem(key: keyof CertificateFiles, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new GatewayError('configuration_invalid', `server.tls.${key} ${file} cannot be read: ${String(code)}`, {
      cause,
    });
  }
}

/**
 * The certificate and its key, seen to fit together.
 * @throws GatewayError `configuration_invalid` naming the files
 */
export function readCertificates({ certFile, keyFile }: CertificateFiles): Certificates {
  const certificates = {
    cert: readPem('certFile', certFile),
    key: readPem('keyFile', keyFile),
    minVersion: 'TLSv1.2',
  } as const;
  try {
    createSecureContext(certificates);
  } catch (cause) {
    // Of what OpenSSL says only the reason: the rest are its own functions and files.
    const reason = (cause as { readonly reason?: string }).reason ?? 'not PEM';
    const files = `server.tls.certFile ${certFile} and server.tls.keyFile ${keyFile}`;
    throw new GatewayError('configuration_invalid', `${files} cannot be used together: ${reason}`, { cause });
  }
  return certificates;
}

/**
 * Reads the files again when they change: connections from then on get the new certificate, open ones keep theirs. Where
 * the files do not fit together the certificate in use stays, and `warn` hears why. Ends with the server.
 */
export function followCertificates(
  server: Server,
  files: CertificateFiles,
  intervalMs: number,
  warn: (message: string) => void,
): void {
  const renew = (): void => {
    try {
      server.setSecureContext(readCertificates(files));
    } catch (thrown) {
      warn(`${toGatewayError(thrown).message}; the certificate in use stays`);
    }
  };
  const watched = Object.values(files);
  for (const file of watched) watchFile(file, { interval: intervalMs, persistent: false }, renew);
  server.once('close', () => {
    for (const file of watched) unwatchFile(file, renew);
  });
}
