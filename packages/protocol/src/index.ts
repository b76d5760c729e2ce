export type {
  Codec,
  DialectOptions,
  EncodedRequest,
  EventDecoder,
  EventEncoder,
  ReplyContext,
  RequestTarget,
  WireError,
} from './codec.js';
