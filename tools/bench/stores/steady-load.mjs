import { Agent, request } from 'node:http';

const REPEATED = 50;

const bodyOf = (text) =>
  JSON.stringify({ model: 'bench-1', temperature: 0, messages: [{ role: 'user', content: text }] });

/** Sends one request; resolves with the status, or 0 when the connection failed. */
const send = (agent, port, body, headers = {}) =>
  new Promise((resolve) => {
    const client = request(
      {
        ...{ agent, port, host: '127.0.0.1', method: 'POST', path: '/v1/chat/completions' },
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
      },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response.complete ? response.statusCode : 0));
        response.on('error', () => resolve(0));
      },
    );
    client.on('error', () => resolve(0));
    client.end(body);
  });

const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

/**
 * A fixed number of requests a second, whether they are answered or not: every other one has been asked before, the others
 * never.
 *
 * @returns percentiles of the time to the last byte, in milliseconds, and how many were not answered with 200
 */
export async function runSteadyLoad({ port, perSecond, seconds, name }) {
  const agent = new Agent({ keepAlive: true });
  const times = [];
  let errors = 0;
  const sent = [];
  const startedAt = performance.now();
  const total = perSecond * seconds;
  while (sent.length < total) {
    const due = Math.min(total, Math.ceil(((performance.now() - startedAt) / 1000) * perSecond));
    while (sent.length < due) {
      const index = sent.length;
      const text = index % 2 === 0 ? `again ${Math.floor(index / 2) % REPEATED}` : `${name} ${index}`;
      const sentAt = performance.now();
      sent.push(
        send(agent, port, bodyOf(text)).then((status) => {
          times.push(performance.now() - sentAt);
          if (status !== 200) errors += 1;
        }),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(sent);
  agent.destroy();
  const sorted = times.sort((a, b) => a - b);
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), errors };
}

/** Asks each question, one after the other; returns those that were not answered with 200. */
export async function askAll(port, texts, headers) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const statuses = await Promise.all(texts.map((text) => send(agent, port, bodyOf(text), headers)));
  agent.destroy();
  return texts.filter((_, index) => statuses[index] !== 200);
}
