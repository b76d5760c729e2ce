import { formatMoney } from '@claudette/core';
import type { Money } from '@claudette/core';

const roundTo = (value: number, step: number): number => Math.round(value * step) / step;

/** Milliseconds as precise as anybody reads them: whole ones from 100 on, microseconds below 1. */
export function roundMs(ms: number): number;
export function roundMs(ms: number | undefined): number | undefined;
export function roundMs(ms: number | undefined): number | undefined {
  if (ms === undefined) return undefined;
  if (ms >= 100) return Math.round(ms);
  return ms >= 1 ? roundTo(ms, 10) : roundTo(ms, 1000);
}

/** A share or a score with two decimals. */
export function roundShare(share: number): number;
export function roundShare(share: number | undefined): number | undefined;
export function roundShare(share: number | undefined): number | undefined {
  return share === undefined ? undefined : roundTo(share, 100);
}

/** An amount with its currency, e.g. `0.00125 USD`. */
export const formatAmount = (money: Money): string => `${formatMoney(money)} ${money.currency}`;

/** An amount of nano-units of USD, or undefined for an unknown one. */
export function formatUsd(nano: number): string;
export function formatUsd(nano: number | undefined): string | undefined;
export function formatUsd(nano: number | undefined): string | undefined {
  return nano === undefined ? undefined : formatAmount({ nano: BigInt(nano), currency: 'USD' });
}
