import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { dialectIds } from '@claudette/core';
import type { DialectId } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { models, startStack } from '../__fixtures__/start-stack.js';
import type { Stack } from '../__fixtures__/start-stack.js';

import { readArrived } from './__fixtures__/read-arrived.js';
import { framings, plainSeen, plainUsage } from './__fixtures__/cell.js';
import type { Cell, Feature, Framing } from './__fixtures__/cell.js';
import type { Pair } from './__fixtures__/pair.js';
import type { Client } from './__fixtures__/client.js';
import { createClient } from './__fixtures__/create-client.js';
import { features } from './__fixtures__/features.js';
import { formatMatrix, formatReasons, listRun } from './__fixtures__/matrix-table.js';
import type { Tally } from './__fixtures__/matrix-table.js';
import { shapes, typedDialects } from './__fixtures__/official-types.js';
import { createWireAudit } from './__fixtures__/wire-audit.js';
import { createWiretap } from './__fixtures__/wiretap.js';

const pairs: readonly Pair[] = dialectIds.flatMap((client) => dialectIds.map((backend) => ({ client, backend })));

interface Run extends Cell {
  /** Tells it apart inside the feature. */
  readonly label: string;
  readonly name: string;
  readonly framing: Framing;
  readonly tally: Tally;
}

const tallies: Tally[] = [];

const runsOf = (pair: Pair, feature: Feature): Run[] => {
  const cells = feature.cellsOf(pair);
  const found = typeof cells === 'string' ? [] : cells;
  const tally: Tally = {
    pair,
    feature: feature.name,
    ran: [],
    failed: 0,
    ...(typeof cells === 'string' && { absent: cells }),
  };
  tallies.push(tally);
  return found.flatMap((cell) =>
    (cell.framings ?? framings).map((framing) => {
      const label = cell.variant === undefined ? framing : `${cell.variant} ${framing}`;
      return { ...cell, label, name: `${feature.name}: ${label}`, framing, tally };
    }),
  );
};

const wiretap = createWiretap();
const audit = createWireAudit();
let stack: Stack;
let clients: Readonly<Record<DialectId, Client>>;

beforeAll(async () => {
  stack = await startStack({
    routing: { fallback: false, maxAttempts: 1 },
    cache: { enabled: false },
    resilience: { breaker: { volume: 1_000_000 } },
  });
  const options = { url: stack.url, fetch: wiretap.fetch };
  clients = Object.fromEntries(dialectIds.map((id) => [id, createClient(id, options)])) as typeof clients;
});
beforeEach(() => {
  stack.reset();
});
afterAll(async () => {
  await stack.close();
  const table = formatMatrix(pairs, features, tallies);
  process.stdout.write(`\n${table}\n\n${formatReasons(tallies)}\n`);
});

const pick = (from: object, keys: object): object =>
  Object.fromEntries(Object.keys(keys).map((key) => [key, (from as Record<string, unknown>)[key]]));

describe.each(pairs)('a $client client of a $backend backend', (pair) => {
  const { client, backend } = pair;

  it.each(features.flatMap((feature) => runsOf(pair, feature)))('$name', async (run) => {
    run.tally.ran.push(run.label);
    run.tally.failed += 1;
    const provider = stack.providers[backend];
    provider.behave({ usage: plainUsage, ...(run.behaviour ?? { kind: 'answer' }) });
    const seen = await clients[client].ask({
      model: models[backend],
      question: run.question,
      stream: run.framing === 'stream',
    });
    const answer = await wiretap.last();
    const cell = `${client} -> ${backend}, ${run.name}`;
    audit.addAnswer(cell, client, answer);
    for (const { json } of provider.calls) audit.addRequest(cell, backend, json);
    expect(provider.calls).toHaveLength(1);
    const wanted = { ...plainSeen(client), ...run.seen?.(run.framing) };
    const { arrived = {}, losses = [], replyLosses = [] } = run;
    expect({
      seen: pick(seen, wanted),
      arrived: pick(readArrived(backend, provider.calls[0]?.json), arrived),
      losses: answer.losses,
    }).toEqual({ seen: wanted, arrived, losses: [...losses, ...(run.framing === 'whole' ? replyLosses : [])] });
    run.tally.failed -= 1;
  });
});

const folder = process.env['CLAUDETTE_REPLAY_DIR'];
const whenReplaying = folder ? describe : describe.skip;

whenReplaying('everything that went over the wire', () => {
  const kinds = typedDialects.flatMap((dialect) => shapes.map((shape) => [shape, dialect] as const));

  it.each(kinds)('is, where it is a %s of %s, what the official types say', (shape, dialect) => {
    const { count, faults } = audit.check(dialect, shape, folder ?? '');
    expect(count).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  });
});

it('has every cell that ever worked, and no other', () => {
  const ran = `${listRun(tallies)}\n`;
  const output = new URL('../../test-output/', import.meta.url);
  mkdirSync(output, { recursive: true });
  // Whoever adds cells copies this to the golden list.
  writeFileSync(new URL('dialect-matrix-cells.txt', output), ran);
  expect(ran).toBe(readFileSync(new URL('golden-cells.txt', import.meta.url), 'utf8'));
});
