import { createRedactor } from '@claudette/credentials';
import { createAuditLog, openDatabase, IN_MEMORY } from '@claudette/ledger';
import type { AuditLog } from '@claudette/ledger';

import type { Config } from './config/schema.js';
import { systemEnvironment } from './config/system-environment.js';
import { dataDirectory } from './config/user-directories.js';
import type { Redact } from './redact-bytes.js';
import { storePath } from './store-path.js';
import { systemClock } from './system-clock.js';

/** The audit log alone. Whoever opened it closes it. */
export interface OpenAuditLog extends Pick<AuditLog, 'add'> {
  close(): void;
}

/** A subject may be a piece of an address, or a key that was typed where a name belongs. */
export const withoutSecrets = (auditLog: AuditLog, redact: Redact): AuditLog => ({
  ...auditLog,
  add: ({ subject, ...entry }) =>
    auditLog.add({ ...entry, ...(subject !== undefined && { subject: redact(subject) }) }),
});

/**
 * Opens the audit log for what an administrator does without a gateway.
 * @throws GatewayError `configuration_invalid` when the ledger cannot be opened
 */
export function openAuditLog(
  config: Pick<Config, 'ledger'>,
  environment: Readonly<Record<string, string | undefined>> = systemEnvironment,
): OpenAuditLog {
  const path = storePath(config.ledger.url, dataDirectory(environment), 'ledger.db');
  const database = openDatabase(path ?? IN_MEMORY);
  const { redact } = createRedactor();
  const auditLog = createAuditLog({ database, clock: systemClock });
  return { add: withoutSecrets(auditLog, redact).add, close: () => database.close() };
}
