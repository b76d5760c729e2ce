import type { EntryFilter, Scope } from '@claudette/cache';
import type { Call, Interceptor, Principal, Reply, Target } from '@claudette/core';

/** What makes which stored answers untrue: those that meet all that is said. */
export interface Dependency {
  /** Of the exchange that changes something. */
  readonly when: {
    readonly operation?: Call['operation'] | undefined;
    readonly tag?: string | undefined;
    /** Of the backend that answered, as it names it. */
    readonly model?: string | undefined;
    readonly backend?: string | undefined;
  };
  /** The entries to be removed. */
  readonly invalidates: Pick<EntryFilter, 'key' | 'tag' | 'operation' | 'model' | 'backend'>;
  /** Those of every scope. Otherwise: of the caller's own. */
  readonly everywhere: boolean;
}

export interface InvalidationOptions {
  readonly dependencies: readonly Dependency[];
  readonly scopeOf: (principal: Principal) => Scope;
  readonly remove: (filter: EntryFilter) => Promise<unknown>;
  /** Takes what a removal rejected with. */
  readonly onError: (thrown: unknown) => void;
}

const isMet = ({ when }: Dependency, { operation, context }: Call, target: Target): boolean =>
  (when.operation === undefined || when.operation === operation) &&
  (when.tag === undefined || context.tags.includes(when.tag)) &&
  (when.model === undefined || when.model === target.model) &&
  (when.backend === undefined || when.backend === target.backend);

/**
 * Removes stored answers once a call that they depend on has been answered by a backend to its end: soon after, and never
 * in anybody's way. Equal removals take turns, and any number that wait are one.
 */
export function withInvalidation({ dependencies, scopeOf, remove, onError }: InvalidationOptions): Interceptor {
  /** Removals under way; true: once more afterwards. */
  const underWay = new Map<string, boolean>();

  const start = async (name: string, filter: EntryFilter): Promise<void> => {
    do {
      underWay.set(name, false);
      await remove(filter).catch(onError);
    } while (underWay.get(name) === true);
    underWay.delete(name);
  };
  const invalidate = (filter: EntryFilter): void => {
    const name = JSON.stringify(filter);
    if (underWay.has(name)) underWay.set(name, true);
    else void start(name, filter);
  };
  const onComplete = (call: Call, { target }: Reply): void => {
    for (const dependency of dependencies) {
      if (!isMet(dependency, call, target)) continue;
      const { kind, id } = scopeOf(call.context.principal);
      invalidate(dependency.everywhere ? dependency.invalidates : { ...dependency.invalidates, scope: { kind, id } });
    }
  };

  return (next) => async (call) => {
    const reply = await next(call);
    if (reply.cache === 'hit' || reply.cache === 'stale') return reply;
    void reply.outcome.then(({ kind, share }) => {
      // Of all who share a call one paid for it, and it was sent once.
      if (kind === 'complete' && (share ?? reply).cache !== 'coalesced') onComplete(call, reply);
    });
    return reply;
  };
}
