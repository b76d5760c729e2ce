/** Keys of the configuration and, for each, the test in a file that shows what the key does. */
interface Effects {
  readonly file: string;
  readonly tests: Readonly<Record<string, string>>;
}

const capability = '%s: %j keeps away what needs more';
const when = 'when.%s says which exchange it is';
const invalidates = 'invalidates.%s says which entries are removed';
const memory = 'takes memory.%s from the configuration';
const tls = 'serves HTTPS, and tells browsers to stay with it';

/** The effect tests of all keys. A key that is not here, and a test that does not exist, fail CI. */
export const configEffects: readonly Effects[] = [
  {
    file: 'apps/cli/src/commands/config-init-command.test.ts',
    tests: { $schema: 'writes what claudette config check takes' },
  },
  {
    file: 'apps/cli/src/config-effects-logging.test.ts',
    tests: {
      'logging.level': 'level: %s decides what is logged',
      'logging.format': 'format: %s is how it is written',
    },
  },
  {
    file: 'apps/server/src/config-effects-server.test.ts',
    tests: {
      'server.host': 'listens where server.host and server.port say',
      'server.port': 'listens where server.host and server.port say',
      'server.totalMs': 'totalMs ends an exchange, whatever its backend allows',
      'ledger.url': 'keeps its records where ledger.url says',
      'metrics.enabled': 'has figures for Prometheus where metrics.enabled is %s',
    },
  },
  {
    file: 'apps/server/src/hardening/https.test.ts',
    tests: { 'server.tls': tls, 'server.tls.certFile': tls, 'server.tls.keyFile': tls },
  },
  {
    file: 'apps/server/src/hardening/bound-bodies.test.ts',
    tests: { 'server.maxHeldBodyBytes': 'are refused beyond server.maxHeldBodyBytes: %s' },
  },
  {
    file: 'apps/server/src/hardening/http-surface.test.ts',
    tests: {
      'server.trustProxy': 'believes the proxies that it names, and what they believe no further',
      'server.corsOrigins': 'may, that server.corsOrigins names',
    },
  },
  {
    file: 'apps/server/src/hardening/slow-clients.test.ts',
    tests: {
      'server.maxHeaderBytes': 'is held to server.maxHeaderBytes',
      'server.maxConnections': 'finds no room beyond server.maxConnections',
      'server.headersTimeoutMs': 'is cut when its headers take longer than server.headersTimeoutMs',
      'server.requestTimeoutMs': 'is cut when its body takes longer than server.requestTimeoutMs',
      'server.sendTimeoutMs': 'is cut when it does not read within server.sendTimeoutMs, and its upstream call ends',
      'server.keepAliveTimeoutMs': 'keeps an unused connection for server.keepAliveTimeoutMs',
    },
  },
  {
    file: 'apps/server/src/process-life-cycle.test.ts',
    tests: { 'server.readinessDelayMs': 'is announced by /ready while requests still pass' },
  },
  {
    file: 'apps/server/src/process-workers.test.ts',
    tests: { 'server.workers': 'share a port, and say which one answers' },
  },
  {
    file: 'apps/server/src/process.test.ts',
    tests: { 'server.drainTimeoutMs': 'ends streams that outlast the drain with a typed error, never with a stop' },
  },
  {
    file: 'apps/server/src/libraries-in-the-path.test.ts',
    tests: {
      'server.bodyLimitBytes': 'refuses a body beyond the limit with an error in the dialect',
      'auth.mode': 'knows a gateway key until it is revoked',
    },
  },
  {
    file: 'packages/gateway/src/find-backends.test.ts',
    tests: {
      backends: 'are all that there is',
      'backends.*.provider': 'have one target for each model',
      'backends.*.models': 'have one target for each model',
      'backends.*.baseUrl': 'may have an address and a dialect of their own',
      'backends.*.dialect': 'may have an address and a dialect of their own',
    },
  },
  {
    file: 'packages/gateway/src/upstream/dispatch.test.ts',
    tests: { 'backends.*.timeouts.connectMs': 'says what it is and how the answer shall come' },
  },
  {
    file: 'apps/server/src/config-effects-backends.test.ts',
    tests: {
      'backends.*.apiKey': 'apiKey names the variable whose value is sent',
      'backends.*.priority': 'priority puts it before or behind another',
      'backends.*.enabled': 'enabled: false leaves it out',
      'backends.*.maxTokens': 'maxTokens is what a dialect gets that requires a limit, where the client gave none',
      'backends.*.headers': 'headers go with every request',
      'backends.*.limits.tokensPerMinute': 'tokensPerMinute moves traffic on once the tokens are used up',
      'backends.*.limits.concurrency': 'concurrency makes calls wait for one another',
      'backends.*.capabilities': capability,
      'backends.*.capabilities.*.tools': capability,
      'backends.*.capabilities.*.images': capability,
      'backends.*.capabilities.*.documents': capability,
      'backends.*.capabilities.*.reasoning': capability,
      'backends.*.capabilities.*.structuredOutput': capability,
      'backends.*.capabilities.*.contextTokens': capability,
      'backends.*.timeouts.firstContentMs': 'firstContentMs ends a stream that says nothing',
      'backends.*.timeouts.idleMs': 'idleMs ends a stream that stops in the middle, with an error',
      'backends.*.timeouts.totalMs': 'totalMs ends a whole reply that takes longer',
      aliases: 'are names that clients may ask for, each for its targets in their order',
    },
  },
  {
    file: 'apps/server/src/routing.test.ts',
    tests: {
      'backends.*.limits.requestsPerMinute': 'of requests per minute moves traffic on, and is never passed',
      'routing.strategy': 'round-robin gives each its turn',
    },
  },
  {
    file: 'apps/server/src/config-effects-routing.test.ts',
    tests: {
      'routing.weights.cost': 'cost prefers who is cheap',
      'routing.weights.latency': 'latency prefers who is fast',
      'routing.weights.availability': 'availability prefers who answers',
      'routing.fallback': 'fallback: false asks nobody else',
      'routing.maxAttempts': 'maxAttempts limits the calls of one exchange',
      'routing.retryBudgetRatio': 'retryBudgetRatio: %d limits what is sent again',
      'routing.hedge.enabled': 'enabled asks a second candidate when the first one is late',
      'routing.hedge.afterPercentile': 'afterPercentile: %d decides what is late',
      'routing.affinity': 'affinity: %s decides whether a session stays where it is',
      'routing.healthIntervalMs': 'healthIntervalMs is how often idle backends are asked for their models',
      'routing.strict': 'strict refuses what a translation cannot carry',
    },
  },
  {
    file: 'apps/server/src/cache-content.test.ts',
    tests: { 'cache.scope': 'with scope %s is decided by the gateway key' },
  },
  {
    file: 'apps/server/src/config-effects-cache.test.ts',
    tests: {
      'cache.enabled': 'enabled: %s decides whether answers are given again',
      'cache.ttlSeconds': 'ttlSeconds is how long an answer may be given again',
      'cache.maxEntries': 'maxEntries is the most that is stored',
      'cache.maxMemoryBytes': 'maxMemoryBytes is the most memory that answers take',
      'cache.maxEntryBytes': 'maxEntryBytes keeps longer answers out',
      'cache.store': 'store is where answers outlive the process',
      'cache.staleIfErrorSeconds': 'staleIfErrorSeconds: %d is how long an expired answer may stand in',
      'cache.dependencies': when,
      'cache.dependencies[].when.operation': when,
      'cache.dependencies[].when.tag': when,
      'cache.dependencies[].when.model': when,
      'cache.dependencies[].when.backend': when,
      'cache.dependencies[].invalidates.key': invalidates,
      'cache.dependencies[].invalidates.operation': invalidates,
      'cache.dependencies[].invalidates.tag': invalidates,
      'cache.dependencies[].invalidates.model': invalidates,
      'cache.dependencies[].invalidates.backend': invalidates,
      'cache.dependencies[].everywhere': 'everywhere: %s decides about the entries of others',
      'cache.sampling.native': 'native: %s decides what of the native call is stored',
      'cache.sampling.dialects': 'dialects: %s decides what of their routes is stored',
    },
  },
  {
    file: 'apps/server/src/config-effects-breaker.test.ts',
    tests: {
      'resilience.breaker.failureRate': 'failureRate: %d is the share of failures that opens it',
      'resilience.breaker.volume': 'volume: %d calls are enough to judge',
      'resilience.breaker.windowCalls': 'windowCalls: of the latest %d calls',
      'resilience.breaker.windowMs': 'windowMs: of the last %d milliseconds',
      'resilience.breaker.openMs': 'openMs: %d is what waits before a probe are counted in',
      'resilience.breaker.halfOpenCalls': 'halfOpenCalls: %d probes decide',
      'resilience.breaker.successRate': 'successRate: %d of the probes must pass',
      'resilience.breaker.slowFirstContentMs': 'slowFirstContentMs: a stream is slow after %d ms',
      'resilience.breaker.slowCallRate': 'slowCallRate: %d is the share of slow streams that opens it',
      'pool.connectionsPerOrigin': 'connectionsPerOrigin: %d is the most sockets to one address',
      'pool.idleTimeoutMs': 'idleTimeoutMs: %d is how long an unused socket stays open',
      'pool.queueTimeoutMs': 'queueTimeoutMs is how long a request waits for a free socket',
      'pool.warmConnections': 'warmConnections are opened before anybody asks',
    },
  },
  {
    file: 'packages/gateway/src/credential-admin/gateway-credentials.test.ts',
    tests: { 'credentials.sources': 'never come from the environment where credentials.sources leaves it out' },
  },
  {
    file: 'packages/gateway/src/upstream/media-fetch.test.ts',
    tests: {
      'backends.*.capabilities.*.mediaUrls':
        'capabilities.mediaUrls = false has images fetched too, for a client of the same dialect',
      'media.fetch.enabled': 'is not fetched unless that is enabled: it is listed as lost',
      'media.fetch.maxBytes': 'maxBytes limits a file',
      'media.fetch.maxFiles': 'maxFiles limits the files of a request',
      'media.fetch.timeoutMs': 'timeoutMs limits the wait',
      'media.fetch.maxRedirects': 'maxRedirects = %i answers a file that has moved with %i',
      'media.fetch.ports': 'ports says where to connect',
      'media.fetch.contentTypes': 'contentTypes = %j answers a page with %i',
      'media.fetch.allow': 'allow opens a private network, which is closed without it',
    },
  },
  {
    file: 'packages/gateway/src/memory/watch-memory.test.ts',
    tests: { 'memory.warnRatio': memory, 'memory.highRatio': memory, 'memory.criticalRatio': memory },
  },
];
