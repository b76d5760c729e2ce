import { GatewayError, toGatewayError } from '@claudette/core';
import type { Caller, GatewayHost, Role } from '@claudette/gateway';
import { hasRole, roles, TooManyFailures } from '@claudette/gateway';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call the route. One that does not say so does not boot. */
    readonly role?: Role | 'public';
    /** Whoever is on this machine may call it without a key. */
    readonly openOnLoopback?: boolean;
    /** What the audit log calls it. Whatever changes something by the hand of an administrator has such a name. */
    readonly action?: string;
  }
  interface FastifyRequest {
    /** Set for every route that is not public. */
    caller: Caller | null;
    /** To what something was done, for the audit log. */
    subject: string | null;
  }
}

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address);
const isLoopbackName = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i.test(host);

/** A proxy on this machine speaks for others, and a web page may have given its own name an address of this machine. */
const isFromHere = ({ ip, headers }: FastifyRequest): boolean =>
  isLoopback(ip) && headers['x-forwarded-for'] === undefined && isLoopbackName(headers.host ?? 'localhost');

/** Who asks, on a route that is not public. */
export function callerOf({ caller, url }: FastifyRequest): Caller {
  if (caller === null) throw new GatewayError('internal', `nobody was asked who calls ${url.split('?', 1)[0]}`);
  return caller;
}

/** Whoever has to wait is told so in every dialect. */
function tellWait(error: GatewayError, reply: FastifyReply): void {
  if (error instanceof TooManyFailures)
    reply.raw.setHeader('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
}

const asList = <T>(hooks: T | T[] | undefined): T[] => (hooks === undefined ? [] : ([hooks].flat() as T[]));

const isRead = (method: RouteOptions['method']): boolean =>
  [method].flat().every((one) => one === 'GET' || one === 'HEAD');

/** A route's role, or the reason why the server does not start. */
function roleOf({ method, url, config = {} }: RouteOptions): Role | 'public' {
  const { role, action } = config;
  const route = `${String(method)} ${url}`;
  if (role === undefined || (role !== 'public' && !roles.includes(role))) {
    throw new GatewayError('internal', `the route ${route} does not declare who may call it`);
  }
  if (role === 'admin' && !isRead(method) && action === undefined) {
    throw new GatewayError('internal', `the route ${route} does not declare what the audit log is to call it`);
  }
  return role;
}

function admit(request: FastifyRequest, host: GatewayHost, role: Role): void {
  if (request.routeOptions.config.openOnLoopback === true && isFromHere(request)) return;
  const caller = host.current().authenticate(request.headers, request);
  request.caller = caller;
  if (hasRole(caller, role)) return;
  throw new GatewayError(
    'forbidden',
    `this needs a gateway key with the role ${role}, and the key ${caller.name} has the role ${caller.role}`,
  );
}

const resultOf = (status: number): 'done' | 'refused' | 'failed' => {
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
};

/** What the address says, where the route does not know better. */
function subjectOf({ subject, params, url }: FastifyRequest): string | undefined {
  const named = params as { readonly id?: string; readonly '*'?: string };
  return subject ?? named.id ?? named['*'] ?? url.split('?', 2)[1];
}

function note(request: FastifyRequest, { raw }: FastifyReply, host: GatewayHost, action: string): void {
  const { caller, ip } = request;
  // Whoever is nobody cannot have done anything; that somebody tried is counted elsewhere.
  if (caller === null) return;
  const subject = subjectOf(request);
  const result = resultOf(raw.statusCode);
  host.current().audit.add({
    actorId: caller.id,
    actorName: caller.name,
    action,
    ...(subject !== undefined && { subject }),
    origin: ip,
    result,
    ...(result !== 'done' && { reason: `status ${raw.statusCode}` }),
  });
}

/**
 * Has every route that is added from now on ask for its role before a byte of the body is read, and note in the audit log
 * what administrators do.
 */
export function requireRoles(app: FastifyInstance, host: GatewayHost): void {
  app.decorateRequest('caller', null);
  app.decorateRequest('subject', null);
  app.addHook('onRoute', (route) => {
    // What a browser asks beforehand does nothing.
    if (route.method === 'OPTIONS') return;
    const role = roleOf(route);
    if (role === 'public') return;
    route.onRequest = [
      ...asList(route.onRequest),
      (request, reply, done) => {
        try {
          admit(request, host, role);
          done();
        } catch (thrown) {
          const error = toGatewayError(thrown);
          tellWait(error, reply);
          done(error);
        }
      },
    ];
    const action = route.config?.action;
    if (action === undefined) return;
    route.onResponse = [
      ...asList(route.onResponse),
      (request, reply, done) => {
        note(request, reply, host, action);
        done();
      },
    ];
  });
}
