import { describe, expect, it } from '@jest/globals';

import { withholdUsage } from './withhold-usage.js';

const withhold = (...data: string[]): string =>
  Buffer.from(withholdUsage(Buffer.from(data.map((one) => `data: ${one}\n\n`).join('')))).toString();

const usageOnly = '{"choices":[],"usage":{"prompt_tokens":1}}';
const delta = '{"choices":[{"delta":{}}],"usage":null}';

describe('withheld usage', () => {
  it('takes the frame out that carries nothing else', () => {
    expect(withhold(delta, usageOnly, '[DONE]')).toBe(`data: ${delta}\n\ndata: [DONE]\n\n`);
  });

  it('may leave nothing', () => {
    expect(withhold(usageOnly)).toBe('');
  });

  it.each([
    ['without usage', '{"choices":[]}'],
    ['with null for usage', '{"choices":[],"usage":null}'],
    ['with a choice', '{"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}'],
    ['with an error', '{"choices":[],"usage":{},"error":{}}'],
    ['that cannot be read', '{"usage"'],
  ])('leaves frames %s as they are', (_, data) => {
    const frames = Buffer.from(`data: ${data}\n\n`);
    expect(withholdUsage(frames)).toBe(frames);
  });

  it('leaves frames without data as they are', () => {
    const frames = Buffer.from(': "usage"\n\n');
    expect(withholdUsage(frames)).toBe(frames);
  });
});
