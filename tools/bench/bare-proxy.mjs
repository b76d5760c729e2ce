import { createServer } from 'node:http';

import { Pool } from 'undici';

const [port, upstreamPort] = process.argv.slice(2).map(Number);
const pool = new Pool(`http://127.0.0.1:${upstreamPort}`, { connections: 256 });

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const { statusCode, headers, body } = await pool.request({
      method: request.method,
      path: request.url,
      headers: { 'content-type': 'application/json' },
      ...(request.method === 'POST' && { body: Buffer.concat(chunks) }),
    });
    response.writeHead(statusCode, { 'content-type': headers['content-type'] });
    body.pipe(response);
  });
}).listen(port, '127.0.0.1');
