import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files of a certificate that signed itself. The test removes them. */
export interface CertificateFolder {
  readonly certFile: string;
  readonly keyFile: string;
  /** Writes another certificate, with its key, over the first. */
  renew(): void;
  remove(): void;
}

/** A certificate for localhost and 127.0.0.1, made by openssl. */
export function makeCertificate(): CertificateFolder {
  const folder = mkdtempSync(join(tmpdir(), 'claudette-tls-'));
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const renew = (): void => {
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const files = ['-keyout', keyFile, '-out', certFile];
    execFileSync('openssl', ['req', ...kind, ...names, ...files], { stdio: 'ignore' });
  };
  renew();
  return { certFile, keyFile, renew, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
