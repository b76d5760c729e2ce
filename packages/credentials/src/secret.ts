import { inspect } from 'node:util';

const MASK = '***';

class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    Object.freeze(this);
  }

  static is(value: unknown): value is Secret {
    return typeof value === 'object' && value !== null && #value in value;
  }

  static reveal(secret: Secret): string {
    return secret.#value;
  }

  /** `***`. */
  toString(): string {
    return MASK;
  }

  /** `***`. */
  toJSON(): string {
    return MASK;
  }

  /** `***`. */
  [inspect.custom](): string {
    return MASK;
  }
}

/**
 * A value that cannot be shown by accident: turned into text, serialised, logged or inspected it is `***`. Made by
 * `createSecret`; only `reveal` gives the value back.
 */
export type { Secret };

/** Wraps a value so that it cannot be shown by accident. */
export const createSecret = (value: string): Secret => new Secret(value);

/** The value itself. Call it where the value is used, e.g. while a header is written, and keep the result nowhere. */
export const reveal = (secret: Secret): string => Secret.reveal(secret);

/** Whether a value is a Secret. */
export const isSecret = (value: unknown): value is Secret => Secret.is(value);
