import { systemEnvironment } from './system-environment.js';

/**
 * The key with which this machine's commands ask gateways that run elsewhere: `CLAUDETTE_GATEWAY_KEY`, because every
 * process of the machine can read arguments.
 */
export const readGatewayKey = (environment = systemEnvironment): string | undefined =>
  environment['CLAUDETTE_GATEWAY_KEY'] || undefined;
