import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { counting } from './counting.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

interface Capture {
  readonly path: string;
  readonly body: object;
}

const root = process.env['CLAUDETTE_REPLAY_DIR'];
const clients = ['google-genai', 'gemini-cli', 'ai-google'];
const captures =
  root === undefined
    ? []
    : clients
        .map((client) => join(root, 'captures', client))
        .flatMap((folder) =>
          readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
        )
        .filter((file) => file.endsWith('.json'))
        .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Capture);
const verb = (capture: Capture): string => capture.path.slice(capture.path.lastIndexOf(':') + 1);
const model = 'gemini-2.5-flash';
const target = { model, options: {}, defaultMaxOutputTokens: 1 };

const run = root === undefined ? describe.skip : describe;

run('what a real client sent (needs CLAUDETTE_REPLAY_DIR)', () => {
  it('is there', () => {
    expect(captures.length).toBeGreaterThan(10);
  });

  it('is read and written again without a loss', () => {
    for (const capture of captures) {
      const codec = verb(capture) === 'countTokens' ? counting : { decodeRequest, encodeRequest };
      const body = Buffer.from(JSON.stringify(capture.body));
      const request = codec.decodeRequest(body, { model, stream: verb(capture) === 'streamGenerateContent' });
      expect(JSON.stringify(request.messages)).not.toContain('"type":"foreign"');
      expect(request.foreign).toEqual([]);
      const again = codec.encodeRequest(request, target);
      expect(again.losses).toEqual([]);
      expect(codec.decodeRequest(again.body, { model, stream: request.stream })).toEqual(request);
    }
  });
});
