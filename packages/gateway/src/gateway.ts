import type { CacheStats, Collected, MemoryState } from '@claudette/cache';
import type { OriginStats } from '@claudette/connection-pool';
import type {
  Clock,
  DialectId,
  GatewayError,
  LazyPartStatus,
  Observe,
  Principal,
  Target,
  Transport,
} from '@claudette/core';
import type { AuditLog, KeyStore, UsageOptions, UsageRow } from '@claudette/ledger';
import type { BackendUsage, Breakers, CircuitSnapshot } from '@claudette/resilience';
import type { SimulationReport, TargetAccuracy } from '@claudette/routing';

import type { ClientAnswer } from './answer/client-answer.js';
import type { ClientRequest } from './answer/client-request.js';
import type { Authenticate } from './access/authenticate.js';
import type { Backend } from './backend.js';
import type { CacheAdmin } from './cache-admin/cache-admin.js';
import type { Config } from './config/schema.js';
import type { Explain } from './create-explain.js';
import type { Caller } from './access/roles.js';
import type { ListedModel, PageQuery } from '@claudette/protocol';
import type { NativeAnswer } from './native/ask.js';
import type { Asked } from './native/question.js';

/** One part that requests need, and how it is. */
export interface ReadyPart {
  readonly part: string;
  readonly ok: boolean;
  /** Why not. */
  readonly reason?: string;
}

export interface Readiness {
  /** Requests can be served. */
  readonly ready: boolean;
  readonly parts: readonly ReadyPart[];
}

/** Whatever a test or an embedding program replaces. */
export interface GatewayOverrides {
  readonly clock?: Clock;
  readonly transport?: Transport;
  /** Hears everything besides ledger, metrics and logs. */
  readonly observe?: Observe;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Numbers from 0 (included) to 1 (excluded). */
  readonly random?: () => number;
}

/** A running gateway. Whoever creates it closes it. */
export interface Gateway extends Explain {
  readonly config: Config;
  readonly backends: readonly Backend[];
  readonly localPrincipal: Caller;
  readonly authenticate: Authenticate;
  /** Answers a client in its own dialect. Never rejects. */
  answer(request: ClientRequest): Promise<ClientAnswer>;
  /** An error as an answer, for what fails before there is a request: routes, keys, bodies. */
  refuse(dialect: DialectId, error: GatewayError): ClientAnswer;
  /** Asks natively; `onText` hears the answer as it comes. Rejects with a GatewayError. */
  ask(asked: Asked, onText?: (text: string) => void): Promise<NativeAnswer>;
  /**
   * What the latest `limit` exchanges on record would have come to under another configuration's routing.
   * @throws GatewayError `configuration_invalid`
   */
  simulate(other: Config, limit: number): Promise<SimulationReport>;
  /** The circuits of all targets that were called, and the hand on them. */
  readonly circuits: Pick<Breakers, 'states' | 'open' | 'close' | 'reset'>;
  /** Every target of the configuration. */
  targets(): readonly Target[];
  /** Asks idle backends how they are from now on, as often as the configuration says. For what runs on, i.e. servers. */
  startProbes(): void;
  /** What the principal can ask for. @param principal the local one by default */
  models(principal?: Principal): readonly ListedModel[];
  /**
   * Checks what models a key is to have.
   * @throws GatewayError `invalid_request` naming what stands for nothing in this configuration
   */
  checkKeyModels(names: readonly string[] | undefined): void;
  /**
   * The page of the model list that the client asks for, as a JSON body of the dialect.
   * @param query the parameters of the request's query string
   * @throws GatewayError `invalid_request` naming the parameter
   */
  encodeModels(dialect: DialectId, query?: PageQuery, principal?: Principal): Uint8Array;
  /** One model as a JSON body of the dialect, or undefined when there is none of that name. */
  encodeModel(dialect: DialectId, id: string, principal?: Principal): Uint8Array | undefined;
  ready(): Promise<Readiness>;
  status(): GatewayStatus;
  /** Collects garbage now, which stops the process for some milliseconds. */
  collectGarbage(): Collected;
  metricsText(): Promise<{ readonly contentType: string; readonly text: string }>;
  readonly keys: KeyStore;
  /** What administrators did. */
  readonly audit: AuditLog;
  usage(options: UsageOptions): Promise<readonly UsageRow[]>;
  /** The hand on the stored answers; undefined when the cache is switched off. */
  readonly cache: CacheAdmin | undefined;
  /**
   * Takes no more requests, lets open ones go on up to `server.drainTimeoutMs` and ends the rest with a typed error in
   * their dialect.
   */
  drain(): Promise<void>;
  /** Lets go of everything: sockets, files, timers. Drain first. */
  close(): Promise<void>;
}

/** Which configuration is in effect, and what became of others. */
export interface ConfigurationStatus {
  /** Since when it is, in milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** How many others were read while the process ran. */
  readonly reloads: { readonly applied: number; readonly refused: number };
  /** What was changed and waits for a restart, e.g. `server.port`. */
  readonly restartNeeded: readonly string[];
  /** Why the latest one was refused; absent: it was not. */
  readonly refusal?: { readonly atMs: number; readonly reason: string };
}

/** What is going on, for people and dashboards. */
export interface GatewayStatus {
  readonly version: string;
  readonly uptimeSeconds: number;
  /** Those that began under a former configuration included. */
  readonly openExchanges: number;
  readonly draining: boolean;
  readonly backends: readonly {
    readonly name: string;
    readonly provider: string;
    readonly models: readonly string[];
  }[];
  readonly circuits: readonly CircuitSnapshot[];
  readonly pool: readonly OriginStats[];
  /** What backends with limits per minute were sent in the last one. */
  readonly limits: readonly BackendUsage[];
  /** How far the estimates of plans were off lately, for each target that answered: relative, 0.1 is 10 %. */
  readonly estimates: readonly TargetAccuracy[];
  /** Null when the cache is switched off. */
  readonly cache: CacheStats | null;
  /** How short memory is, and what the cache may take of it. */
  readonly memory: MemoryState;
  readonly configuration: ConfigurationStatus;
  /** Heavy parts that are loaded on first use. */
  readonly lazyParts: readonly LazyPartStatus[];
}
