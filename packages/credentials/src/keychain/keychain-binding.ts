/** What this package needs of an operating system's keychain, for entries of one service. */
export interface KeychainBinding {
  /** The entry's value, or null when there is none. */
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  /** Whether there was one to remove. */
  remove(name: string): Promise<boolean>;
  /** The names of all entries. */
  list(): Promise<readonly string[]>;
}
