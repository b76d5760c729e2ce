/** A Chat backend whose streams write a chunk at a pace; each chunk says when it was written. node paced-upstream.mjs PORT */
import { createServer } from 'node:http';

const CHUNKS = 40;
const EVERY_MS = 250;

const chunk = (delta, finish = null) =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'bench-1', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

createServer((request, response) => {
  if (request.url === '/count') return response.end('0');
  request.resume();
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(chunk({ role: 'assistant' }));
  let sent = 0;
  const timer = setInterval(() => {
    response.write(chunk({ content: `${performance.timeOrigin + performance.now()} ` }));
    sent += 1;
    if (sent < CHUNKS) return;
    clearInterval(timer);
    response.end(`${chunk({}, 'stop')}data: [DONE]\n\n`);
  }, EVERY_MS);
  response.on('close', () => clearInterval(timer));
}).listen(Number(process.argv[2]), '127.0.0.1');
