/** Whether something can be tried now. */
export interface Availability {
  readonly available: boolean;
  /** Why not. Absent when it can. */
  readonly reason?: string;
}

/** The one answer for everything that can be tried: routing asks often, and a yes costs no allocation. */
export const available: Availability = Object.freeze({ available: true });

/** When something that is used up can be tried again. */
export const formatWait = (waitMs: number): string => `free again in ${Math.ceil(waitMs / 1000)} s`;
