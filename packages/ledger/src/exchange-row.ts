import type { ExchangeRecord, Money, OutcomeKind, Target, Usage } from '@claudette/core';

/** What is known of an exchange when it begins. */
export type ExchangeStart = Pick<
  ExchangeRecord,
  'id' | 'startedAtMs' | 'dialect' | 'operation' | 'stream' | 'requestBytes' | 'principalId' | 'requestedModel'
>;

/** An exchange whose end was never recorded: it is still under way, or its process died. */
export interface OpenExchange extends ExchangeStart {
  readonly outcome: 'open';
}

/** What a database column can hold. */
export type ColumnValue = string | number | bigint | null;

/** A row of the table `exchanges`, every integer as a bigint so that money is exact. */
export interface ExchangeRow {
  readonly id: string;
  readonly started_at_ms: bigint;
  readonly duration_ms: number | null;
  readonly first_content_ms: number | null;
  readonly dialect: ExchangeRecord['dialect'];
  readonly stream: bigint;
  readonly principal_id: string;
  readonly requested_model: string;
  readonly backend: string | null;
  readonly model: string | null;
  readonly provider: string | null;
  readonly target_dialect: Target['dialect'] | null;
  readonly outcome: OutcomeKind | 'open';
  readonly error_code: ExchangeRecord['errorCode'] | null;
  readonly finish_reason: ExchangeRecord['finishReason'] | null;
  readonly cache: ExchangeRecord['cache'] | null;
  readonly attempts: bigint | null;
  readonly input_tokens: bigint | null;
  readonly cached_input_tokens: bigint | null;
  readonly cache_write_tokens: bigint | null;
  readonly cache_write_1h_tokens: bigint | null;
  readonly output_tokens: bigint | null;
  readonly reasoning_tokens: bigint | null;
  readonly usage_source: Usage['source'] | null;
  readonly cost_nano: bigint | null;
  readonly cost_currency: string | null;
  readonly saved_nano: bigint | null;
  readonly saved_currency: string | null;
  readonly price_version: string | null;
  readonly losses: string | null;
  readonly tags: string | null;
  /** Null in rows of before it was recorded, when every exchange was a generation. */
  readonly operation: ExchangeRecord['operation'] | null;
  /** Null in rows of before it was recorded. */
  readonly request_bytes: bigint | null;
  readonly wasted_nano: bigint | null;
  readonly wasted_currency: string | null;
  /** Null where no stored answer was given, and in rows of before it was recorded. */
  readonly cache_key: string | null;
}

const list = (items: readonly unknown[]): string | null => (items.length === 0 ? null : JSON.stringify(items));

/** Every column and what of a record it holds, in one place, so that statement and values cannot disagree. */
const columns: Readonly<Record<keyof ExchangeRow, (record: ExchangeRecord) => ColumnValue>> = {
  id: (record) => record.id,
  started_at_ms: (record) => record.startedAtMs,
  duration_ms: (record) => record.durationMs,
  first_content_ms: (record) => record.firstContentMs ?? null,
  dialect: (record) => record.dialect,
  stream: (record) => Number(record.stream),
  principal_id: (record) => record.principalId,
  requested_model: (record) => record.requestedModel,
  backend: (record) => record.target?.backend ?? null,
  model: (record) => record.target?.model ?? null,
  provider: (record) => record.target?.provider ?? null,
  target_dialect: (record) => record.target?.dialect ?? null,
  outcome: (record) => record.outcome,
  error_code: (record) => record.errorCode ?? null,
  finish_reason: (record) => record.finishReason ?? null,
  cache: (record) => record.cache,
  attempts: (record) => record.attempts,
  input_tokens: (record) => record.usage?.inputTokens ?? null,
  cached_input_tokens: (record) => record.usage?.cachedInputTokens ?? null,
  cache_write_tokens: (record) => record.usage?.cacheWriteTokens ?? null,
  cache_write_1h_tokens: (record) => record.usage?.cacheWrite1hTokens ?? null,
  output_tokens: (record) => record.usage?.outputTokens ?? null,
  reasoning_tokens: (record) => record.usage?.reasoningTokens ?? null,
  usage_source: (record) => record.usage?.source ?? null,
  cost_nano: (record) => record.cost?.nano ?? null,
  cost_currency: (record) => record.cost?.currency ?? null,
  saved_nano: (record) => record.saved?.nano ?? null,
  saved_currency: (record) => record.saved?.currency ?? null,
  price_version: (record) => record.priceVersion ?? null,
  losses: (record) => list(record.losses),
  tags: (record) => list(record.tags),
  operation: (record) => record.operation,
  request_bytes: (record) => record.requestBytes,
  wasted_nano: (record) => record.wasted?.nano ?? null,
  wasted_currency: (record) => record.wasted?.currency ?? null,
  cache_key: (record) => record.cacheKey ?? null,
};

/** The columns of a whole row, in the order of `toColumnValues`. */
export const columnNames: readonly string[] = Object.keys(columns);

const readers = Object.values(columns);

/** What a record puts into each column. */
export const toColumnValues = (record: ExchangeRecord): ColumnValue[] => readers.map((read) => read(record));

const toTarget = (row: ExchangeRow): Target | undefined =>
  row.backend === null || row.model === null || row.provider === null || row.target_dialect === null
    ? undefined
    : { backend: row.backend, model: row.model, provider: row.provider, dialect: row.target_dialect };

const toUsage = (row: ExchangeRow): Usage | undefined =>
  row.usage_source === null
    ? undefined
    : {
        inputTokens: Number(row.input_tokens),
        cachedInputTokens: Number(row.cached_input_tokens),
        cacheWriteTokens: Number(row.cache_write_tokens),
        cacheWrite1hTokens: Number(row.cache_write_1h_tokens),
        outputTokens: Number(row.output_tokens),
        reasoningTokens: Number(row.reasoning_tokens),
        source: row.usage_source,
      };

const toMoney = (nano: bigint | null, currency: string | null): Money | undefined =>
  nano === null || currency === null ? undefined : { nano, currency };

/** The record or the start that a row was made from. */
export function toStoredExchange(row: ExchangeRow): ExchangeRecord | OpenExchange {
  const start: ExchangeStart = {
    id: row.id,
    startedAtMs: Number(row.started_at_ms),
    dialect: row.dialect,
    operation: row.operation ?? 'generate',
    stream: row.stream === 1n,
    requestBytes: Number(row.request_bytes),
    principalId: row.principal_id,
    requestedModel: row.requested_model,
  };
  if (row.outcome === 'open') return { ...start, outcome: 'open' };

  const target = toTarget(row);
  const usage = toUsage(row);
  const cost = toMoney(row.cost_nano, row.cost_currency);
  const saved = toMoney(row.saved_nano, row.saved_currency);
  const wasted = toMoney(row.wasted_nano, row.wasted_currency);
  return {
    ...start,
    outcome: row.outcome,
    durationMs: Number(row.duration_ms),
    cache: row.cache ?? 'bypass',
    attempts: Number(row.attempts),
    losses: JSON.parse(row.losses ?? '[]'),
    tags: JSON.parse(row.tags ?? '[]'),
    ...(row.first_content_ms !== null && { firstContentMs: row.first_content_ms }),
    ...(target && { target }),
    ...(row.error_code && { errorCode: row.error_code }),
    ...(row.finish_reason && { finishReason: row.finish_reason }),
    ...(usage && { usage }),
    ...(cost && { cost }),
    ...(saved && { saved }),
    ...(wasted && { wasted }),
    ...(row.price_version !== null && { priceVersion: row.price_version }),
    ...(row.cache_key !== null && { cacheKey: row.cache_key }),
  };
}
