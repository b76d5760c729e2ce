/** Something wrong with a configuration, in words that never repeat a secret. */
export interface ConfigProblem {
  /** Where it was said: `file /etc/claudette.json`, `environment CLAUDETTE_SERVER_PORT` or `flag`. */
  readonly origin: string;
  /** The key, e.g. `server.port`; empty where no key is at fault. */
  readonly path: string;
  /** What is there, what is allowed, and the nearest known name. */
  readonly message: string;
}

/** A problem as one line. */
export const formatProblem = ({ origin, message }: ConfigProblem): string => `${origin}: ${message}`;

/** Problems as one line that names each origin once. */
export function formatProblems(problems: readonly ConfigProblem[]): string {
  const origins = [...new Set(problems.map(({ origin }) => origin))];
  const messagesOf = (wanted: string): readonly string[] =>
    problems.flatMap(({ origin, message }) => (origin === wanted ? [message] : []));
  return origins.map((origin) => `${origin}: ${messagesOf(origin).join('; ')}`).join('; ');
}
