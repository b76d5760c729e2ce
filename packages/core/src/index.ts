export type { Call, CallContext, CacheMode, Original, Principal } from './call.js';
export { createCallController } from './call-signal.js';
export type { CallController, CallSignal } from './call-signal.js';
export type { ChatEvent, FinishReason, TokenLogprob } from './chat-event.js';
export type {
  ChatRequest,
  EmbeddingInput,
  ForeignField,
  Loss,
  OutputFormat,
  ReasoningOptions,
  Tool,
  ToolChoice,
} from './chat-request.js';
export type { Clock } from './clock.js';
export type {
  AssistantPart,
  CacheHint,
  Citation,
  DocumentPart,
  ForeignPart,
  ImagePart,
  MediaSource,
  Message,
  OpaqueState,
  ReasoningPart,
  RefusalPart,
  TextPart,
  ToolCallPart,
  ToolResultContent,
  UserPart,
} from './content.js';
export { dialectIds } from './dialect.js';
export type { AttemptRecord, DecisionRecord } from './decision.js';
export type { DialectId, Framing } from './dialect.js';
export { errorCatalog, GatewayError, isRefusal, toGatewayError, UpstreamError } from './errors.js';
export type { FaultDomain, GatewayErrorCode, UpstreamFault } from './errors.js';
export { compose } from './exchange.js';
export type { Exchange, Interceptor } from './exchange.js';

export { createLazyLoader } from './lazy/lazy-loader.js';
export type { LazyLoader, LazyLoaderOptions, LazyPartStatus } from './lazy/lazy-loader.js';
export type { LazyPart, LazyParts } from './lazy/lazy-part.js';
export { linkAbort } from './linked-abort.js';
export type { LinkedAbort } from './linked-abort.js';
export { formatMoney, parseMoney } from './money-text.js';
export type {
  AttemptReason,
  AuthFailureReason,
  ExchangeRecord,
  LeakSuspect,
  MediaFetchResult,
  MemoryLevel,
  Money,
  NotStoredReason,
  Observation,
  Observe,
} from './observe.js';
export type { Operation } from './operation.js';
export { openReply } from './open-reply.js';
export type { ReplySource } from './open-reply.js';
export { bytesOf, mapReader } from './reply-bytes.js';
export type { CacheStatus, Outcome, OutcomeKind, Reply } from './reply.js';
export type { Scanner } from './scanner.js';
export { estimateAt, targetName } from './target.js';
export type { AffinityKind, Candidate, Estimate, Measures, Plan, Target } from './target.js';
export type { ByteSource, Transport, TransportRequest, TransportResponse } from './transport.js';
export { estimateUsage, noUsage, totalInputTokens, totalOutputTokens } from './usage.js';
export type { Usage } from './usage.js';
