export { anthropicMessages } from './anthropic-messages/index.js';
export type {
  Codec,
  DialectOptions,
  EncodedRequest,
  EventDecoder,
  EventEncoder,
  ListedModel,
  ReplyContext,
  RequestTarget,
  WireError,
} from './codec.js';
export { codecs } from './codecs.js';
export { openaiChat } from './openai-chat/index.js';
export { createFramer } from './sse/framer.js';
export type { Framer } from './sse/framer.js';
export { formatFrame, parseFrames } from './sse/frames.js';
export type { SseEvent } from './sse/frames.js';
