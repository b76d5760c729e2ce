import { GatewayError } from '@claudette/core';

/** JSON.parse takes any depth; what walks the result afterwards does not. */
const isTooDeep = (cause: unknown): boolean => cause instanceof RangeError && cause.message.includes('call stack');

/** The operating system's errors name files and addresses. */
const systemCode = (cause: unknown): string | undefined =>
  cause instanceof Error && 'syscall' in cause && 'code' in cause ? String(cause.code) : undefined;

/**
 * An error as a client may see it. What was thrown by accident keeps its first line, without files and addresses of this
 * machine; what only depth can have caused is the caller's doing.
 */
export function tellableError(error: GatewayError): GatewayError {
  const { code, cause, detail } = error;
  if (code !== 'internal' || cause === undefined) return error;
  if (isTooDeep(cause)) return new GatewayError('invalid_request', 'the body is nested too deeply', { cause });
  return new GatewayError('internal', systemCode(cause) ?? detail.split('\n', 1)[0] ?? '', { cause });
}
