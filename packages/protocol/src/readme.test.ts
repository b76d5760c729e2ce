import { runReadmeExample } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

describe('the README', () => {
  it('has an example that translates a request and says what was lost', async () => {
    const [body = '', ...losses] = await runReadmeExample(new URL('../README.md', import.meta.url));
    expect(JSON.parse(body)).toEqual({
      model: 'gpt-5-mini',
      messages: [
        { role: 'system', content: 'Answer in one sentence.' },
        { role: 'user', content: 'Which flower is poisonous to cats?' },
      ],
      max_completion_tokens: 200,
    });
    expect(losses).toEqual(['lost: topK (Chat has no such field)']);
  });
});
