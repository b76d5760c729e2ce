import { redactObject } from './redact-object.js';
import { reveal } from './secret.js';
import type { Secret } from './secret.js';

/** Takes secrets out of text that leaves the process: logs, errors, traces. */
export interface Redactor {
  /** From now on the secret's value is masked wherever it appears. Values of under 8 characters are too common to mask. */
  remember(secret: Secret): void;
  /** The text with every remembered value, and everything that looks like a current API key, replaced by `***`. */
  redact(text: string): string;
  /**
   * A copy of a value for a log: its strings redacted, fields that hold credentials masked by name, errors as plain
   * objects, cycles cut, and nothing deeper than 8 levels. The original is left as it is.
   */
  redactObject(value: unknown): unknown;
}

const MASK = '***';
const MIN_SECRET_CHARACTERS = 8;

/**
 * Current key formats. None may begin inside a word: `task-...` is not `sk-...`. Where only a prefix tells the format, a
 * digit or capital must follow somewhere, so that words joined by hyphens stay.
 */
const keyPatterns: readonly RegExp[] = [
  /(?<![A-Za-z0-9])sk-(?=[a-z_-]*[A-Z0-9])[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,}/g,
  /(?<![A-Za-z0-9])AQ\.Ab[A-Za-z0-9_-]{30,}/g,
  /(?<![A-Za-z0-9])gsk_[A-Za-z0-9]{20,}/g,
  /(?<![A-Za-z0-9])xai-(?=[a-z_-]*[A-Z0-9])[A-Za-z0-9_-]{20,}/g,
  /(?<![A-Za-z0-9])claudette-[A-Za-z0-9_-]{43}/g,
  /(?<![A-Za-z0-9])gh[opsur]_[A-Za-z0-9]{20,}/g,
  /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9_]{20,}/g,
  /(?<![A-Za-z0-9])A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])/g,
  /(?<![A-Za-z0-9])(?:xox[a-z]|xoxe\.xox[a-z]|xapp)-(?=[A-Za-z-]*[0-9])[A-Za-z0-9-]{10,}/g,
  /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30,}/g,
  /(?<=\bBearer\s+)(?=[A-Za-z._~+/=-]*[0-9]|[^\s]{24,})[A-Za-z0-9._~+/=-]{8,}/gi,
];

/**
 * How anything begins that a pattern above may match, and a little more: almost no text holds one of these, and looking
 * for all of them at once costs a fraction of trying each pattern.
 */
const keyStarts =
  /sk-|AIza|gsk_|xai-|claudette-|gh[opsur]_|github_pat_|A[KS]IA|AQ\.Ab|xox[a-z]|xapp-|hf_|[Bb][Ee][Aa][Rr][Ee][Rr]/;

const escapeForPattern = (value: string): string => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** The ways a value is written: as it is, inside a JSON string, inside a URL (which cannot hold half a character). */
const spellings = (value: string): string[] => [
  value,
  JSON.stringify(value).slice(1, -1),
  encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\uFFFD')),
];

/** A redactor that knows the key formats and, beyond them, the values it is told. Lives as long as what it protects. */
export function createRedactor(): Redactor {
  const known = new Set<string>();
  let longestFirst: readonly string[] = [];
  /** Matches every text in which there is something to mask. */
  let suspects = keyStarts;

  const redact = (text: string): string => {
    if (!suspects.test(text)) return text;
    let clean = text;
    for (const value of longestFirst) clean = clean.replaceAll(value, MASK);
    for (const pattern of keyPatterns) clean = clean.replace(pattern, MASK);
    return clean;
  };

  return {
    remember(secret) {
      const value = reveal(secret);
      if (value.length < MIN_SECRET_CHARACTERS || known.has(value)) return;
      for (const spelling of spellings(value)) known.add(spelling);
      longestFirst = [...known].sort((a, b) => b.length - a.length);
      suspects = new RegExp([...longestFirst.map(escapeForPattern), keyStarts.source].join('|'));
    },
    redact,
    redactObject: (value) => redactObject(value, redact),
  };
}
