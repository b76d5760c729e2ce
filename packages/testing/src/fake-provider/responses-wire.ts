import type { Answer } from './answer.js';
import type { InBandErrorBehaviour } from './behaviour.js';
import { openaiPlatform, serverError } from './openai-platform.js';
import { messageIdOf, outputItems } from './responses-items.js';
import type { ItemEvent } from './responses-items.js';
import { endingOf, failed, inProgress, responseObject } from './responses-object.js';
import { breakEvent, piecesWithout, typedEvent } from './wire.js';
import type { Piece, StreamPlace, Typed, Wire } from './wire.js';

const eventsOf = (answer: Answer): ItemEvent[] => {
  const items = outputItems(answer);
  const begun = { response: responseObject(answer, inProgress, []) };
  const ending = endingOf(answer);
  const response = responseObject(
    answer,
    ending,
    items.map((item) => item.done),
  );
  return [
    { role: 'preamble', type: 'response.created', fields: begun },
    { role: 'preamble', type: 'response.in_progress', fields: begun },
    ...items.flatMap((item, output_index): ItemEvent[] => [
      {
        role: item.startsAsContent ? 'content' : 'preamble',
        type: 'response.output_item.added',
        fields: { output_index, item: item.added },
      },
      ...item.events.map((event) => ({ ...event, fields: { item_id: item.id, output_index, ...event.fields } })),
      { role: 'content', type: 'response.output_item.done', fields: { output_index, item: item.done } },
    ]),
    { role: 'terminal', type: `response.${ending.status}`, fields: { response } },
  ];
};

const stream = (answer: Answer): Piece[] =>
  eventsOf(answer).map(({ role, type, fields }, sequence_number) => ({
    role,
    text: typedEvent({ type, sequence_number, ...fields }),
  }));

const body = (answer: Answer): string =>
  JSON.stringify(
    responseObject(
      answer,
      endingOf(answer),
      outputItems(answer).map((item) => item.done),
    ),
  );

const failedResponse = (answer: Answer): object => responseObject({ ...answer, usage: null }, failed, []);

/** The server nests the error, as its clients want it; its documentation has the fields beside the type. */
function errorEvents({ answer, index }: StreamPlace, report: InBandErrorBehaviour['report']): string {
  const error = { ...serverError, code: serverError.type, param: null };
  const events = {
    error: { type: 'error', sequence_number: index, error },
    'flat-error': { ...error, type: 'error', sequence_number: index },
    'response.failed': { type: 'response.failed', sequence_number: index, response: failedResponse(answer) },
  };
  if (report !== undefined) return typedEvent(events[report]);
  return typedEvent(events.error) + typedEvent({ ...events['response.failed'], sequence_number: index + 1 });
}

const textDelta = ({ answer, index }: StreamPlace, delta: string): Typed => ({
  type: 'response.output_text.delta',
  sequence_number: index,
  item_id: messageIdOf(answer, 0),
  output_index: 0,
  content_index: 0,
  delta,
  logprobs: [],
});

/** OpenAI's Responses as its server writes them: https://platform.openai.com/docs/api-reference/responses */
export const responsesWire: Wire = {
  dialect: 'openai-responses',
  ...openaiPlatform,
  stream,
  body,
  endlessStream: (answer) => piecesWithout(stream(answer), 'terminal'),
  failedBody: (answer) => JSON.stringify(failedResponse(answer)),
  errorEvents,
  brokenEvent: (place) => breakEvent(typedEvent(textDelta(place, 'BROKEN'))),
  strayEvent: (place) => typedEvent(textDelta(place, 'GARBAGE')),
};
