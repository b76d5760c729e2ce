import type { FastifyHelmetOptions } from '@fastify/helmet';

/**
 * What tells browsers to take an answer for nothing but data: no scripts, no frames, no guesses of its type. On every
 * answer; @fastify/helmet sets the same on those that fastify writes.
 */
export const securityHeaders = Object.freeze({
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** Helmet with the headers that fit an API. HSTS is said only where HTTPS is spoken. */
export const helmetOptions = (hasTls: boolean): FastifyHelmetOptions => ({
  contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  strictTransportSecurity: hasTls,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xFrameOptions: { action: 'deny' },
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});
