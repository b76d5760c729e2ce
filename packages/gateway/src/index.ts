export type { ClientAnswer } from './answer/client-answer.js';
export type { ClientRequest } from './answer/client-request.js';
export { inferDialect } from './answer/infer-dialect.js';
export type { Backend } from './backend.js';
export type { CacheAdmin, WarmProgress, WarmReport } from './cache-admin/cache-admin.js';
export { parseEntryFilter, parseListQuery } from './cache-admin/entry-query.js';
export type { QueryParameters } from './cache-admin/entry-query.js';
export { decodeWarmOptions } from './cache-admin/warm-options.js';
export type { WarmOptions } from './cache-admin/warm-options.js';
export { createConfigJsonSchema } from './config/config-json-schema.js';
export { listConfigSections } from './config/config-keys.js';
export type { ConfigKey, ConfigSection } from './config/config-keys.js';
export type { FindOrigin } from './config/config-layer.js';
export { formatProblem } from './config/config-problem.js';
export type { ConfigProblem } from './config/config-problem.js';
export { findOddities } from './config/find-oddities.js';
export { inspectConfig } from './config/inspect-config.js';
export type { ConfigInspection, LoadedConfig } from './config/inspect-config.js';
export { compareConfigs, compareConfigValues, listConfigValues } from './config/list-values.js';
export type { ConfigDifference, ConfigValue } from './config/list-values.js';
export { loadConfig } from './config/load-config.js';
export { mendConfigFiles } from './config/mend-config-files.js';
export type { MendedFile } from './config/mend-config-files.js';
export { proposeBackends } from './config/propose-backends.js';
export type { ProposedBackend } from './config/propose-backends.js';
export type { ConfigSource } from './config/read-config-files.js';
export { readGatewayKey } from './config/read-gateway-key.js';
export type { BackendConfig, Config } from './config/schema.js';
export { TooManyFailures } from './access/authenticate.js';
export type { PlanAnswer } from './create-explain.js';
export { openCredentialAdmin } from './credential-admin/credential-admin.js';
export type {
  CredentialAdmin,
  CredentialAdminOptions,
  CredentialList,
  CredentialProblem,
  CredentialStoreName,
  ListedCredential,
  RemovedCredential,
  StoredCredentials,
} from './credential-admin/credential-admin.js';
export type { TestedCredential } from './credential-admin/test-credentials.js';
export { createSecret, parseKeyLines } from '@claudette/credentials';
export type { Secret } from '@claudette/credentials';
export { createGateway } from './create-gateway.js';
export { createGatewayHost } from './reload/gateway-host.js';
export type { ConfigDescription, GatewayHost, ReloadReport } from './reload/gateway-host.js';
export type { ConfigurationStatus, Gateway, GatewayOverrides, GatewayStatus, Readiness, ReadyPart } from './gateway.js';
export type { ListedModel } from '@claudette/protocol';
export { openAuditLog } from './open-audit-log.js';
export type { OpenAuditLog } from './open-audit-log.js';
export type { NativeAnswer } from './native/ask.js';
export { decodeQuestion } from './native/question.js';
export type { Asked, Question, QuestionFile } from './native/question.js';
export type { ExplainedAttempt, ExplainedDecision, SimulationReport } from '@claudette/routing';
export type {
  CacheStats,
  EntryFilter,
  EntryPage,
  ListedEntry,
  ListOptions,
  Removal,
  TierCounts,
} from '@claudette/cache';
export { roles } from '@claudette/ledger';
export type {
  AuditEntry,
  AuditPage,
  CreatedKey,
  KeyInfo,
  NewKey,
  Role,
  Rotation,
  UsageGroup,
  UsageRow,
} from '@claudette/ledger';
export { decodeNewKey, decodeRotation } from './access/key-requests.js';
export { lifetimeForm, parseLifetime } from './access/parse-lifetime.js';
export { hasRole } from './access/roles.js';
export type { Caller } from './access/roles.js';
export { systemClock } from './system-clock.js';
