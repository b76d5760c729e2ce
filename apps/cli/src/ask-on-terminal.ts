import { createInterface } from 'node:readline';

import { GatewayError } from '@claudette/core';

/** Questions to whoever sits at the terminal, on standard error. Whoever made it closes it. */
export interface Questions {
  /** Asks until the answer is yes or no; an empty one is yes. */
  confirm(question: string): Promise<boolean>;
  /** Asks until `parse` takes the answer, i.e. does not return undefined; an empty one is the proposal. */
  choose<T>(question: string, proposal: string, parse: (text: string) => T | undefined): Promise<T>;
  close(): void;
}

/**
 * Starts asking. Each question rejects with `client_aborted` once the input ends or Ctrl-C is pressed.
 * @throws GatewayError `invalid_request` where nobody can answer
 */
export function askOnTerminal(otherwise: string): Questions {
  if (!process.stdin.isTTY) throw new GatewayError('invalid_request', `there is no terminal to ask on; ${otherwise}`);
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  reader.once('SIGINT', () => reader.close());
  const lines = reader[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    reader.setPrompt(`${question} `);
    reader.prompt();
    const { done, value } = await lines.next();
    if (done === true) throw new GatewayError('client_aborted', 'interrupted; nothing was changed');
    return value.trim();
  };
  const choose: Questions['choose'] = async (question, proposal, parse) => {
    for (;;) {
      const answer = await ask(question);
      const parsed = parse(answer === '' ? proposal : answer);
      if (parsed !== undefined) return parsed;
    }
  };
  const parseYes = (text: string): boolean | undefined =>
    /^y(es)?$/i.test(text) ? true : /^no?$/i.test(text) ? false : undefined;
  return {
    choose,
    confirm: (question) => choose(`${question} [Y/n]`, 'y', parseYes),
    close: () => reader.close(),
  };
}
