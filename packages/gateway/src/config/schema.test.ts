import { describe, expect, it } from '@jest/globals';

import { configSchema } from './schema.js';

describe('the configuration schema', () => {
  it('gives every setting a default', () => {
    expect(configSchema.parse({})).toEqual({
      server: {
        host: '127.0.0.1',
        port: 3000,
        tls: null,
        trustProxy: [],
        corsOrigins: [],
        bodyLimitBytes: 33_554_432,
        maxHeldBodyBytes: 268_435_456,
        maxHeaderBytes: 16_384,
        maxConnections: 10_000,
        headersTimeoutMs: 10_000,
        requestTimeoutMs: 120_000,
        sendTimeoutMs: 60_000,
        keepAliveTimeoutMs: 72_000,
        readinessDelayMs: 0,
        drainTimeoutMs: 10_000,
        totalMs: 600_000,
        workers: 1,
      },
      auth: { mode: 'open' },
      backends: {},
      aliases: {},
      routing: {
        strategy: 'weighted',
        weights: { cost: 0.4, latency: 0.4, availability: 0.2 },
        fallback: true,
        maxAttempts: 3,
        retryBudgetRatio: 0.1,
        hedge: { enabled: false, afterPercentile: 95 },
        affinity: true,
        healthIntervalMs: 30_000,
        strict: false,
      },
      cache: {
        dependencies: [],
        enabled: true,
        ttlSeconds: 3600,
        maxEntries: 10_000,
        maxMemoryBytes: null,
        maxEntryBytes: 1_048_576,
        store: 'sqlite:',
        staleIfErrorSeconds: 0,
        scope: 'key',
        sampling: { native: 'all', dialects: 'deterministic' },
      },
      resilience: {
        breaker: {
          failureRate: 0.5,
          volume: 5,
          windowCalls: 20,
          windowMs: 300_000,
          openMs: 30_000,
          halfOpenCalls: 5,
          successRate: 0.8,
          slowFirstContentMs: 15_000,
          slowCallRate: 0.8,
        },
      },
      credentials: { sources: ['env', 'keychain', 'file'] },
      pool: { connectionsPerOrigin: 1024, idleTimeoutMs: 30_000, queueTimeoutMs: 10_000, warmConnections: 0 },
      ledger: { url: 'sqlite:' },
      logging: { level: 'info', format: 'auto' },
      media: {
        fetch: {
          enabled: false,
          maxBytes: 10_485_760,
          maxFiles: 8,
          timeoutMs: 10_000,
          maxRedirects: 3,
          ports: [80, 443],
          contentTypes: ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'application/pdf', 'text/plain'],
          allow: [],
        },
      },
      metrics: { enabled: true },
      memory: { warnRatio: 0.7, highRatio: 0.85, criticalRatio: 0.95 },
    });
  });

  it('gives a backend everything but its provider and models', () => {
    expect(configSchema.parse({ backends: { a: { provider: 'openai', models: ['m'] } } }).backends).toEqual({
      a: {
        provider: 'openai',
        models: ['m'],
        priority: 1,
        enabled: true,
        maxTokens: 8192,
        headers: {},
        limits: { requestsPerMinute: null, tokensPerMinute: null, concurrency: null },
        capabilities: {},
        timeouts: { connectMs: 5_000, firstContentMs: 60_000, idleMs: 60_000, totalMs: 600_000 },
      },
    });
  });

  it('keeps the other defaults of a section that is given in part', () => {
    expect(configSchema.parse({ routing: { weights: { cost: 0 } } }).routing.weights).toEqual({
      cost: 0,
      latency: 0.4,
      availability: 0.2,
    });
  });
});
