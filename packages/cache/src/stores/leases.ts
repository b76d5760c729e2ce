/** The right to do something alone for a while, among processes. It ends by itself: a holder that dies holds up nobody. */
export interface Lease {
  /** Keeps it for as long again; false when it is no longer ours. */
  renew(): Promise<boolean>;
  /** Gives it back if it is still ours. Never rejects. */
  release(): Promise<void>;
}

export interface Leases {
  /** Takes a lease if nobody holds it. Rejects when the store does not answer. */
  take(name: string, durationMs: number): Promise<Lease | undefined>;
}
