/**
 * npm run bench:codecs: what each dialect costs, without sockets: requests decoded and encoded for each other dialect at
 * three sizes, events decoded and encoded, and the scanner of the byte path, per event.
 */
import { loadSources } from './load-sources.mjs';

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Microseconds that one run takes: the median of nine batches, after a warm-up. */
const microseconds = (run, runs) => {
  for (let index = 0; index < runs; index += 1) run();
  const batches = Array.from({ length: 9 }, () => {
    const startedAt = performance.now();
    for (let index = 0; index < runs; index += 1) run();
    return ((performance.now() - startedAt) * 1000) / runs;
  });
  return median(batches);
};

/** A conversation of about so many bytes. */
const conversation = (bytes) => {
  const turn = 'The quick brown fox jumps over the lazy dog. '.repeat(10);
  const turns = Math.max(1, Math.round(bytes / (turn.length + 40)));
  return Array.from({ length: turns }, (_, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content: turn }));
};

const EVENTS = 1000;
const answer = [
  { type: 'start', id: 'r1', model: 'm' },
  { type: 'text-start', block: 0 },
  ...Array.from({ length: EVENTS }, (_, index) => ({ type: 'text-delta', block: 0, text: `word${index} ` })),
  { type: 'text-end', block: 0 },
  {
    type: 'usage',
    usage: {
      inputTokens: 9,
      cachedInputTokens: 0,
      cacheWriteTokens: 0,
      cacheWrite1hTokens: 0,
      outputTokens: EVENTS,
      reasoningTokens: 0,
      source: 'measured',
    },
  },
  { type: 'finish', reason: 'stop' },
];

const { codecs } = await loadSources("export * from './packages/protocol/src/index.js'");
const ids = Object.keys(codecs);
const target = { model: 'm', options: {}, defaultMaxOutputTokens: 4096 };
const chatRequest = (bytes) =>
  codecs['openai-chat'].decodeRequest(
    Buffer.from(JSON.stringify({ model: 'm', messages: conversation(bytes), temperature: 0 })),
  );

const requests = ids.flatMap((id) =>
  [1, 20, 400].map((kilobytes) => {
    const canonical = chatRequest(kilobytes * 1024);
    const { body } = codecs[id].encodeRequest(canonical, target);
    const runs = Math.max(20, Math.round(4000 / kilobytes));
    const address = { model: 'm', stream: false };
    return {
      dialect: id,
      'body KB': Math.round(body.length / 1024),
      'decode us': microseconds(() => codecs[id].decodeRequest(body, address), runs).toFixed(1),
      'encode us': microseconds(() => codecs[id].encodeRequest(canonical, target), runs).toFixed(1),
      'JSON.parse us': microseconds(() => JSON.parse(Buffer.from(body).toString()), runs).toFixed(1),
    };
  }),
);
console.log('Requests');
console.table(requests);

const context = { streamUsage: true, tools: [], requestBody: Buffer.from('{"model":"m"}'), createdAtSeconds: 1 };
const streamOf = (id) => {
  const encoder = codecs[id].createEventEncoder(context);
  return [...answer.map((event) => Buffer.from(encoder.push(event))), Buffer.from(encoder.end())].filter(
    ({ length }) => length > 0,
  );
};
const events = ids.flatMap((from) => {
  const frames = streamOf(from);
  const scan = microseconds(() => {
    const scanner = codecs[from].createScanner('sse');
    for (const frame of frames) scanner.see(frame);
    if (!scanner.finished) throw new Error(`${from} did not finish`);
  }, 20);
  const decode = microseconds(() => {
    const decoder = codecs[from].createEventDecoder();
    for (const frame of frames) decoder.push(frame);
  }, 20);
  return ids
    .filter((to) => to !== from)
    .map((to) => {
      const translate = microseconds(() => {
        const decoder = codecs[from].createEventDecoder();
        const encoder = codecs[to].createEventEncoder(context);
        for (const frame of frames) for (const event of decoder.push(frame)) encoder.push(event);
        encoder.end();
      }, 20);
      return {
        from,
        to,
        'scan us/event': (scan / EVENTS).toFixed(2),
        'decode us/event': (decode / EVENTS).toFixed(2),
        'translate us/event': (translate / EVENTS).toFixed(2),
        'events/s': Math.round((EVENTS / translate) * 1e6),
      };
    });
});
console.log('Streams, one event a frame; the goal is 3 us per translated event');
console.table(events);
