export { certificate, privateKey } from './certificate.js';
export { eventually } from './eventually.js';
export type { EventuallyOptions } from './eventually.js';
export { createFakeClock } from './fake-clock.js';
export type { FakeClock } from './fake-clock.js';
export { runReadmeExample } from './run-readme-example.js';
export type { FakeCitation, FakeToolCall, FakeUsage } from './fake-provider/answer.js';
export { behaviourKinds } from './fake-provider/behaviour.js';
export type {
  AnswerOverrides,
  Behaviour,
  FaultPlace,
  InBandErrorBehaviour,
  OddFraming,
  RawBehaviour,
  StatusBehaviour,
} from './fake-provider/behaviour.js';
export type { BehaviourOfCall, Script } from './fake-provider/choose-behaviour.js';
export { createFakeProvider } from './fake-provider/create-fake-provider.js';
export type { FakeProvider, FakeProviderOptions } from './fake-provider/create-fake-provider.js';
export { embedText } from './fake-provider/embed-text.js';
export type { Vector } from './fake-provider/embed-text.js';
export type { FakeCall } from './fake-provider/fake-call.js';
export type { FakeOperation, ReplyFraming, Route } from './fake-provider/routes.js';
export type { BodyEncoding } from './fake-provider/step.js';
export { transportContract } from './transport-contract.js';
export type { ContractCase, TransportUnderTest } from './transport-contract.js';
export { readReply } from './read-reply.js';
export type { RawReply, ReadReplyOptions } from './read-reply.js';
export { hasPostgres, startPostgres } from './start-postgres.js';
export { hasRedis, startRedis } from './start-redis.js';
export type { ServerProcess } from './start-server-process.js';
