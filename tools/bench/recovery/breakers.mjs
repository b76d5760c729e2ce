/**
 * The three under comparison. Each is `(call) => Promise`: it calls the target or refuses, and rejects when the call was
 * not answered. `send` is the target; it rejects with an UpstreamError.
 */
import OpossumBreaker from 'opossum';

/** The product as the gateway puts it together: its circuit breaker around a dispatch that takes keys from a key ring. */
export const ours = ({ product, limits, random }) => {
  const clock = {
    now: () => Date.now(),
    epochMs: () => Date.now(),
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const breakers = product.createBreakers({ ...limits, clock, random, observe: () => undefined });
  const keys = product.createKeyRing({ clock, random });
  const target = { backend: 'one', model: 'small', provider: 'one', dialect: 'openai-chat' };
  const call = { target, request: { stream: true }, context: { signal: new AbortController().signal } };
  const outcome = Promise.resolve({ kind: 'complete' });

  const protect = (send) =>
    breakers.withBreaker(async () => {
      const key = keys.take('one', ['env:ONE']);
      try {
        await send();
      } catch (cause) {
        if (cause.code === 'upstream_rate_limited') keys.cool('one', key, cause.fault);
        throw cause;
      }
      keys.succeeded('one', key);
      return { target, outcome };
    });
  return {
    protect(send) {
      const exchange = protect(send);
      return () => exchange(call);
    },
    stop: () => breakers.shutdown(),
  };
};

/** What one writes in ten minutes: five failures in a row, thirty seconds of refusals, one probe. */
export const fixedTimeout = () => {
  const FAILURES = 5;
  const OPEN_MS = 30_000;
  let failures = 0;
  let openedAt;
  let probing = false;
  return {
    protect: (send) => async () => {
      const isProbe = openedAt !== undefined;
      if (isProbe && (probing || Date.now() - openedAt < OPEN_MS)) throw new Error('open');
      probing = isProbe;
      try {
        await send();
        // A call from before it opened does not close it.
        if (isProbe || openedAt === undefined) {
          failures = 0;
          openedAt = undefined;
        }
      } catch (cause) {
        failures += 1;
        if (isProbe || (openedAt === undefined && failures >= FAILURES)) openedAt = Date.now();
        throw cause;
      } finally {
        if (isProbe) probing = false;
      }
    },
    stop: () => undefined,
  };
};

/** opossum with its defaults: a limit of 10 s per call, more than half of the calls of 10 s failed, 30 s, one probe. */
export const opossumAlone = () => {
  let breaker;
  return {
    protect(send) {
      breaker = new OpossumBreaker(send);
      return () => breaker.fire();
    },
    stop: () => breaker.shutdown(),
  };
};
