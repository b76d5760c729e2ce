import type { Money } from './observe.js';

const NANO = 1_000_000_000n;

/** An amount as a decimal number of currency units, exact to the nano unit, without trailing zeros. */
export function formatMoney({ nano }: Money): string {
  const whole = nano / NANO;
  const fraction = (nano % NANO).toString().padStart(9, '0').replace(/0+$/, '');
  return fraction === '' ? `${whole}` : `${whole}.${fraction}`;
}
