import type { Money } from './observe.js';

const NANO = 1_000_000_000n;

/** An amount as a decimal number of currency units, exact to the nano unit, without trailing zeros. */
export function formatMoney({ nano }: Money): string {
  const whole = nano / NANO;
  const fraction = (nano % NANO).toString().padStart(9, '0').replace(/0+$/, '');
  return fraction === '' ? `${whole}` : `${whole}.${fraction}`;
}

const decimal = /^(\d{1,12})(?:\.(\d{1,9}))?$/;

/** The amount that a decimal number stands for, or undefined for anything else: a sign, an exponent, a tenth decimal. */
export function parseMoney(text: string, currency: string): Money | undefined {
  const [, whole, fraction = ''] = decimal.exec(text.trim()) ?? [];
  return whole === undefined ? undefined : { nano: BigInt(whole) * NANO + BigInt(fraction.padEnd(9, '0')), currency };
}
