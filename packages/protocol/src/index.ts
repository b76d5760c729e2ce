export { anthropicMessages } from './anthropic-messages/index.js';
export { toClientLosses } from './client-losses.js';
export type {
  Codec,
  CountCodec,
  DialectOptions,
  EmbeddingCodec,
  Embeddings,
  EncodedRequest,
  EventDecoder,
  EventEncoder,
  ListedModel,
  PageQuery,
  ReplyContext,
  RequestAddress,
  RequestTarget,
  WireError,
} from './codec.js';
export { codecs } from './codecs.js';
export { gemini } from './gemini/index.js';
export { createJsonArrayWriter } from './gemini/json-array.js';
export type { JsonArrayWriter } from './gemini/json-array.js';
export { openaiChat } from './openai-chat/index.js';
export { openaiResponses } from './openai-responses/index.js';
export { createFramer } from './sse/framer.js';
export type { Framer } from './sse/framer.js';
export { formatFrame, parseFrames } from './sse/frames.js';
export type { SseEvent } from './sse/frames.js';
export { restoreTextCalls } from './text-calls.js';
