import { targetName } from '@claudette/core';
import type { DialectId, Operation, Plan, Target } from '@claudette/core';

import type { Resolution, ResolvedTarget } from './resolve-model.js';

/** Whether a dialect has a way to ask for an operation. */
export type Supports = (dialect: DialectId, operation: Operation) => boolean;

/** What is asked, and in which dialect; without one the call is native. */
export interface Asked {
  readonly dialect: DialectId | undefined;
  readonly operation: Operation;
}

/**
 * Decides what each target of a name is spoken to in: the client's own dialect where the backend speaks it, so that the
 * client's bytes can go there as they are; otherwise the backend's own, and after it whatever else the backend speaks.
 * Targets without a dialect for the operation are rejected.
 */
export function chooseDialects(resolution: Resolution, asked: Asked, supports: Supports): Spoken {
  const targets: ResolvedTarget[] = [];
  const rejected = [...resolution.rejected];
  for (const entry of resolution.targets) {
    const chosen = speak(entry.target, asked, supports);
    if (chosen === undefined) rejected.push({ target: entry.target, reason: whyUnable(entry.target, asked.operation) });
    else targets.push(chosen === entry.target ? entry : { ...entry, target: chosen });
  }
  return { targets, rejected, weights: resolution.weights };
}

/** A resolution whose targets have the dialect that they are spoken to in. */
export interface Spoken {
  /** May be empty. */
  readonly targets: readonly ResolvedTarget[];
  readonly rejected: Plan['rejected'];
  readonly weights: Resolution['weights'] | undefined;
}

const speak = (target: Target, { dialect, operation }: Asked, supports: Supports): Target | undefined => {
  const spoken = [target.dialect, ...(target.alsoSpeaks ?? [])];
  const byPreference = [...spoken.filter((each) => each === dialect), ...spoken];
  const chosen = byPreference.find((each) => supports(each, operation));
  if (chosen === undefined || chosen === target.dialect) return chosen && target;
  return { ...target, dialect: chosen, alsoSpeaks: spoken.filter((each) => each !== chosen) };
};

const verbs: Readonly<Record<Operation, string>> = {
  generate: 'answer',
  count: 'count tokens',
  embed: 'make vectors',
};

const whyUnable = ({ dialect, alsoSpeaks = [] }: Target, operation: Operation): string =>
  `a backend that speaks ${[dialect, ...alsoSpeaks].join(' and ')} cannot ${verbs[operation]}`;

/** What each target says against a request, as one text. */
export const formatReasons = (rejected: Plan['rejected']): string =>
  rejected.map(({ target, reason }) => `${targetName(target)}: ${reason}`).join('; ');
