import { createRandom, createZipf } from './random.js';
import { createItemSource } from './trace.js';
import type { Item, Trace } from './trace.js';

/** An agent at work: where it stands in which task. */
interface Agent {
  readonly task: number;
  readonly turns: number;
  /** The steps taken so far; undefined once they are steps that nobody else takes. */
  path: string | undefined;
  turn: number;
}

/**
 * Forty agents that repeat prefixes. A task is begun again and again, popular ones more often, and each turn sends all
 * that was said before: so an agent repeats its predecessors' requests until it takes another turning (one of three that
 * others take as well, or one of its own) and from there on hardly anything. Prompts grow with every turn.
 */
export function agents(requests: number, seed: number): Trace {
  const random = createRandom(seed);
  const items = createItemSource(random);
  const tasks = Array.from({ length: Math.ceil(requests / 200) }, () => random.logNormal(2500, 0.8));
  const drawTask = createZipf(tasks.length, 0.8, random);
  const seen = new Map<string, Item>();
  const begin = (): Agent => {
    const task = drawTask();
    return { task, turns: 2 + random.below(22), path: `${task}`, turn: 0 };
  };
  const running = Array.from({ length: 40 }, begin);

  const ask = (agent: Agent): Item => {
    const chance = random.uniform();
    if (chance < 0.005) agent.path = undefined;
    else if (chance < 0.02 && agent.path !== undefined) agent.path += `/${1 + random.below(3)}`;
    else if (agent.path !== undefined) agent.path += '/0';
    const known = agent.path === undefined ? undefined : seen.get(agent.path);
    if (known) return known;
    const input = (tasks[agent.task] ?? 0) + agent.turn * random.logNormal(700, 0.6);
    const item = items.create({ input, output: random.logNormal(250, 1.2) });
    if (agent.path !== undefined) seen.set(agent.path, item);
    return item;
  };
  const request = (): Item => {
    const place = random.below(running.length);
    let agent = running[place] as Agent;
    if (agent.turn === agent.turns) running[place] = agent = begin();
    const item = ask(agent);
    agent.turn += 1;
    return item;
  };
  return { name: 'agents', requests: Array.from({ length: requests }, request) };
}

/**
 * What people and programs send to a company's assistants: 40 % questions that many ask (Zipf 0.8), 30 % conversations
 * of one person that never come back, 10 % repeats of something asked just now, 20 % test suites with long prompts that
 * run from beginning to end, each five times before the next one takes its place.
 */
export function assistants(requests: number, seed: number): Trace {
  const random = createRandom(seed);
  const items = createItemSource(random);
  const questions = Array.from({ length: requests / 5 }, () => items.create());
  const drawQuestion = createZipf(questions.length, 0.8, random);
  const suiteLength = requests / 100;
  let suite: Item[] = [];
  let tests = 0;
  const runTest = (): Item => {
    if (tests % (5 * suiteLength) === 0) {
      const create = (): Item => items.create({ input: random.logNormal(8000, 0.7), output: random.logNormal(400, 1) });
      suite = Array.from({ length: suiteLength }, create);
    }
    const item = suite[tests % suiteLength] as Item;
    tests += 1;
    return item;
  };

  const sent: Item[] = [];
  while (sent.length < requests) {
    const chance = random.uniform();
    if (chance < 0.4) sent.push(questions[drawQuestion()] as Item);
    else if (chance < 0.7) sent.push(items.create());
    else if (chance < 0.9) sent.push(runTest());
    else sent.push(sent[Math.max(0, sent.length - 1 - random.below(50))] ?? items.create());
  }
  return { name: 'assistants', requests: sent };
}
