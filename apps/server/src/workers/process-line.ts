import { GatewayError } from '@claudette/core';
import type { Clock } from '@claudette/core';

/** What goes over the line. Everything is JSON. */
type Message =
  | { readonly kind: 'tell'; readonly topic: string; readonly value: unknown }
  | { readonly kind: 'ask'; readonly topic: string; readonly id: number }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly reason: string };

/** One end of the channel between two processes: `process` in a worker, a `Worker` of node:cluster in the primary. */
export interface Channel {
  send?(message: Message, callback: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** What this end does when the other one tells or asks. */
export interface LineHandlers {
  readonly told?: Readonly<Record<string, (value: unknown) => void>>;
  readonly asked?: Readonly<Record<string, () => Promise<unknown>>>;
}

/** A conversation with another process. It ends with the channel. */
export interface ProcessLine {
  /** Resolves when it is on its way, heard or not: the other process may be gone. */
  tell(topic: string, value?: unknown): Promise<void>;
  /** Rejects with `internal` when no answer came within `withinMs`, or the other process is gone. */
  ask(topic: string, withinMs: number): Promise<unknown>;
}

interface Question {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: GatewayError) => void;
  readonly stopWaiting: () => void;
}

const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && 'kind' in value;

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** Opens this end of a line. Both ends may tell and ask. */
export function openProcessLine(
  channel: Channel,
  { told = {}, asked = {} }: LineHandlers,
  clock: Pick<Clock, 'after'>,
): ProcessLine {
  const questions = new Map<number, Question>();
  let lastId = 0;
  const failed = (reason: string): GatewayError => new GatewayError('internal', reason);

  // A channel that closed meanwhile says so to the callback; whoever waits for an answer hears of it by `disconnect`.
  const send = (message: Message): Promise<void> =>
    new Promise((resolve) => {
      if (channel.send === undefined) resolve();
      else channel.send(message, () => resolve());
    });

  const take = (id: number): Question | undefined => {
    const question = questions.get(id);
    questions.delete(id);
    question?.stopWaiting();
    return question;
  };

  const answer = async (topic: string, id: number): Promise<void> => {
    try {
      await send({ kind: 'answer', id, value: await asked[topic]?.() });
    } catch (thrown) {
      await send({ kind: 'failure', id, reason: reasonOf(thrown) });
    }
  };

  channel.on('message', (message) => {
    if (!isMessage(message)) return;
    if (message.kind === 'tell') told[message.topic]?.(message.value);
    else if (message.kind === 'ask') void answer(message.topic, message.id);
    else if (message.kind === 'answer') take(message.id)?.resolve(message.value);
    else take(message.id)?.reject(failed(message.reason));
  });
  channel.on('disconnect', () => {
    for (const id of questions.keys()) take(id)?.reject(failed('the other process is gone'));
  });

  return {
    tell: (topic, value) => send({ kind: 'tell', topic, value }),
    ask: (topic, withinMs) =>
      new Promise((resolve, reject) => {
        const id = (lastId += 1);
        const stopWaiting = clock.after(withinMs, () => {
          take(id)?.reject(failed(`the other process did not answer within ${withinMs} ms`));
        });
        questions.set(id, { resolve, reject, stopWaiting });
        void send({ kind: 'ask', topic, id });
      }),
  };
}
