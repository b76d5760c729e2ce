import { ESLint } from 'eslint';

/**
 * Lints texts as if they stood in the named files, in one process: reads `[{ path, text }]` from standard input and
 * writes one list of `{ ruleId, message }` for each. Used by the test of the fences.
 */
const eslint = new ESLint({ cwd: new URL('..', import.meta.url).pathname });

let input = '';
for await (const chunk of process.stdin) input += chunk;

const answers = [];
for (const { path, text } of JSON.parse(input)) {
  const results = await eslint.lintText(text, { filePath: path });
  answers.push(results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ({ ruleId, message }))));
}
process.stdout.write(JSON.stringify(answers));
