import type { Candidate } from '@claudette/core';

/** Whether neither is estimated to cost more than so many times the other. Two unknown prices are the same. */
export const costsTheSame = ({ estimate: a }: Candidate, { estimate: b }: Candidate, times: number): boolean =>
  a.costNano === undefined || b.costNano === undefined
    ? a.costNano === b.costNano
    : a.costNano <= times * b.costNano && b.costNano <= times * a.costNano;
