import type {
  ChatEvent,
  ChatRequest,
  DialectId,
  Framing,
  GatewayError,
  Loss,
  Scanner,
  Tool,
  Usage,
} from '@claudette/core';

/** How a vendor's edition of a dialect differs, as data. Everything absent is as the dialect's own vendor has it. */
export interface DialectOptions {
  /** openai-chat: the field for the output limit. @default 'max_completion_tokens' */
  readonly maxTokensField?: 'max_tokens' | 'max_completion_tokens';
  /** openai-chat: the vendor knows the role `developer`; otherwise `system` is sent. @default true */
  readonly developerRole?: boolean;
  /** openai-chat: the vendor understands `stream_options.include_usage`. @default true */
  readonly streamUsageOption?: boolean;
  /** OpenAI's dialects: the vendor has tools that take text (`custom`); otherwise they become functions. @default true */
  readonly textTools?: boolean;
  /** openai-chat: the field for the seed. @default 'seed' */
  readonly seedField?: 'seed' | 'random_seed';
  /** openai-chat: ids of tool calls are nine letters and digits; others are replaced. @default false */
  readonly shortCallIds?: boolean;
  /** openai-chat: the vendor takes `response_format` of the type `json_schema`. @default true */
  readonly jsonSchema?: boolean;
}

/** Where an encoded request is going. */
export interface RequestTarget {
  readonly model: string;
  readonly options: DialectOptions;
  /** Used only where the dialect requires a limit and the client gave none. */
  readonly defaultMaxOutputTokens: number;
}

export interface EncodedRequest {
  readonly body: Uint8Array;
  /** What the dialect cannot carry. Fields have their names of `ChatRequest`, foreign ones their path in the client's body. */
  readonly losses: readonly Loss[];
}

/** Where a request was sent, for the dialects that say there what others say in the body (Gemini). */
export interface RequestAddress {
  readonly model?: string;
  readonly stream?: boolean;
}

/** What a reply is written for. */
export interface ReplyContext {
  /** The client asked for the usage at the end of its stream. */
  readonly streamUsage: boolean;
  /** What the client offered, so that calls of nested tools and of tools that take text are written as it knows them. */
  readonly tools: readonly Tool[];
  /** The client's request, for dialects whose replies repeat it (Responses). Absent for native calls. */
  readonly requestBody?: Uint8Array | undefined;
  /** Seconds since the Unix epoch. */
  readonly createdAtSeconds: number;
}

/** One name that clients may put into `model`. */
export interface ListedModel {
  readonly id: string;
  /** Who serves it: a backend's name, or `claudette` for aliases. */
  readonly ownedBy: string;
}

/** What the client wants to see of a model list. */
export interface PageQuery {
  /** The query string's parameters, as the dialect names them. */
  readonly [name: string]: string | undefined;
}

/** An error response in a dialect. */
export interface WireError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Reads a stream. Pure: the same events come out however the frames are grouped. */
export interface EventDecoder {
  /**
   * Takes whole SSE frames.
   * @throws GatewayError `upstream_invalid_reply` quoting the place, when a frame is not valid in the dialect
   */
  push(frames: Uint8Array): ChatEvent[];
}

/** Writes a stream. Owns the opening and closing of blocks: a delta of the wrong type cannot be written. */
export interface EventEncoder {
  /** Whole SSE frames for one event; empty when the dialect says nothing at this point. */
  push(event: ChatEvent): Uint8Array;
  /** The closing frames. Only after a `finish`: an end is never invented. */
  end(): Uint8Array;
  /** What could not be written so far. */
  readonly losses: readonly Loss[];
}

/** How a dialect asks for the number of tokens of a prompt. */
export interface CountCodec {
  /** What follows a backend's base URL. */
  requestPath(model: string): string;
  /** @throws GatewayError `invalid_request` */
  decodeRequest(body: Uint8Array, address?: RequestAddress): ChatRequest;
  encodeRequest(request: ChatRequest, target: RequestTarget): EncodedRequest;
  /** As `Codec.patchRequest`. */
  patchRequest(body: Uint8Array, request: ChatRequest, target: RequestTarget): Uint8Array;
  /** @throws GatewayError `upstream_invalid_reply` */
  decodeReply(body: Uint8Array): number;
  encodeReply(tokens: number): Uint8Array;
}

/** Vectors, in the order of the inputs. */
export interface Embeddings {
  readonly model: string;
  readonly vectors: readonly (readonly number[])[];
  readonly usage: Usage | undefined;
}

/** How a dialect asks for vectors. */
export interface EmbeddingCodec {
  /** What follows a backend's base URL. */
  requestPath(model: string): string;
  /** @throws GatewayError `invalid_request` */
  decodeRequest(body: Uint8Array): ChatRequest;
  encodeRequest(request: ChatRequest, target: RequestTarget): EncodedRequest;
  /** As `Codec.patchRequest`. */
  patchRequest(body: Uint8Array, request: ChatRequest, target: RequestTarget): Uint8Array;
  /** @throws GatewayError `upstream_invalid_reply` */
  decodeReply(body: Uint8Array): Embeddings;
  encodeReply(embeddings: Embeddings, request: ChatRequest): Uint8Array;
}

/** One wire dialect. Pure: no I/O, no clock, no vendor. */
export interface Codec {
  readonly id: DialectId;
  /**
   * Where this dialect's clients write a field of a `ChatRequest`: by the field's name there, e.g. `reasoning.effort`, its
   * path in the body. Fields of the same name in both, and those the dialect lacks, are absent.
   */
  readonly fieldNames: Readonly<Record<string, string>>;
  /** Headers without which a server of the dialect refuses, lower-case names. Absent: none. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** What follows a backend's base URL, e.g. `/chat/completions`. */
  requestPath(model: string, stream: boolean): string;
  /** Where a server of the dialect lists its models, after a backend's base URL. Asking costs nothing. */
  readonly modelsPath: string;
  /**
   * The client's body as a canonical request.
   * @throws GatewayError `invalid_request` naming the field, its value's type and what is allowed
   */
  decodeRequest(body: Uint8Array, address?: RequestAddress): ChatRequest;
  encodeRequest(request: ChatRequest, target: RequestTarget): EncodedRequest;
  /**
   * The client's own body for a target of the same dialect: only the model is replaced and, for streams, the usage asked
   * for; every other byte stays. Returns `body` itself when nothing has to change.
   */
  patchRequest(body: Uint8Array, request: ChatRequest, target: RequestTarget): Uint8Array;
  createScanner(framing: Framing): Scanner;
  /**
   * A whole JSON reply as events.
   * @throws GatewayError `upstream_invalid_reply`
   */
  decodeReply(body: Uint8Array): ChatEvent[];
  /** A whole JSON reply from events that end with `finish`. */
  encodeReply(
    events: Iterable<ChatEvent>,
    context: ReplyContext,
  ): { readonly body: Uint8Array; readonly losses: readonly Loss[] };
  createEventDecoder(): EventDecoder;
  createEventEncoder(context: ReplyContext): EventEncoder;
  /** A backend's error response as an error with the right code: by status and the dialect's own error type. */
  decodeError(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    backend: string,
  ): GatewayError;
  /** An error for a client. A body that the backend wrote in this dialect, for a caller's fault, goes back as it came. */
  encodeError(error: GatewayError, exchangeId: string): WireError;
  /** The error as the last frame of a stream that was cut after the commit. */
  encodeErrorEvent(error: GatewayError, exchangeId: string): Uint8Array;
  /**
   * A filter for same-dialect streams whose client did not ask for the usage that the patch asked for: takes whole
   * frames, returns them without the frames that carry nothing but usage.
   */
  withholdUsage(frames: Uint8Array): Uint8Array;
  /**
   * The page of the model list that the client asks for.
   * @throws GatewayError `invalid_request` naming the parameter
   */
  encodeModels(models: readonly ListedModel[], query: PageQuery): Uint8Array;
  encodeModel(model: ListedModel): Uint8Array;
  /** What keeps an idle stream open and means nothing; absent where the official readers know nothing of the kind. */
  readonly heartbeat?: Uint8Array;
  /** Absent: the dialect cannot count. */
  readonly counting?: CountCodec;
  /** Absent: the dialect has no vectors. */
  readonly embedding?: EmbeddingCodec;
}
