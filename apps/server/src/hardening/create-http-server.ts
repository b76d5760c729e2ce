import { createServer as createPlainServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

import type { Config } from '@claudette/gateway';

import { followCertificates, readCertificates } from './certificates.js';
import { cutSlowReaders } from './cut-slow-readers.js';

/** How often connections are looked at whose request is late. */
const CHECK_INTERVAL_MS = 1_000;
/** How often the certificate's files are looked at. */
const CERTIFICATE_INTERVAL_MS = 10_000;

function openServer(handler: RequestListener, { tls, maxHeaderBytes }: Config['server']): Server {
  const options = {
    maxHeaderSize: maxHeaderBytes,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    // Said aloud, because a flag of Node's can turn it on for those who say nothing.
    insecureHTTPParser: false,
    requireHostHeader: true,
  };
  if (tls === null) return createPlainServer(options, handler);
  const server = createTlsServer({ ...options, ...readCertificates(tls) }, handler);
  followCertificates(server, tls, CERTIFICATE_INTERVAL_MS, (message) =>
    process.emitWarning(message, 'ClaudetteWarning'),
  );
  return server;
}

/**
 * Node's HTTP server, or HTTPS where `server.tls` says so, with the limits of the configuration.
 * @throws GatewayError `configuration_invalid` when the certificate cannot be used
 */
export function createHttpServer(handler: RequestListener, config: Config['server']): Server {
  const server = openServer(handler, config);
  server.maxConnections = config.maxConnections;
  server.headersTimeout = config.headersTimeoutMs;
  server.requestTimeout = config.requestTimeoutMs;
  server.keepAliveTimeout = config.keepAliveTimeoutMs;
  // Node would leave out the rest without a word; their bytes are limited.
  server.maxHeadersCount = 0;
  cutSlowReaders(server, config.sendTimeoutMs, () => performance.now());
  return server;
}
