export type { CredentialSource } from './credential-source.js';
export { createCredentials } from './credentials.js';
export type { Credentials, CredentialsOptions } from './credentials.js';
export { createEnvironmentSource } from './environment-source.js';
export type { Environment } from './environment-source.js';
export { createRedactor } from './redact.js';
export type { Redactor } from './redact.js';
export { createSecret, isSecret, reveal } from './secret.js';
export type { Secret } from './secret.js';
