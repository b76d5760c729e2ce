import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ExplainedDecision, PlanAnswer, SimulationReport } from '@claudette/gateway';
import { describe, expect, it } from '@jest/globals';

import { describeDecision, describePlan, describeSimulation } from './describe.js';
import { askRunning } from './running-gateway.js';

const candidate: PlanAnswer['candidates'][number] = {
  backend: 'lab',
  model: 'm',
  score: 1,
  standing: { cost: undefined, latency: undefined, availability: 1 },
  measures: { priority: 1, position: 1, available: true, latencyMs: 5, successRate: 1, inFlight: 0 },
  estimate: { inputTokens: 1, outputTokens: 2, cost: '0.1 USD', firstContentMs: 5, durationMs: 9 },
  reasons: ['priority 1'],
  losses: 'seed (unknown)',
};
const plan: PlanAnswer = {
  dialect: 'native',
  model: 'm',
  strategy: 'weighted',
  execution: 'single',
  affinity: 'kept with its session',
  candidates: [candidate],
  rejected: [],
};

it('says of a plan what keeps it and what would not arrive', () => {
  const text = describePlan(plan);
  expect(text).toContain('m by weighted: single, kept with its session');
  expect(text).toContain('seed (unknown)');
  expect(text).toContain('5 ms');
});

const decision: ExplainedDecision = {
  id: 'x-1',
  startedAt: '2026-01-01T00:00:00.000Z',
  asked: {
    requestedModel: 'm',
    dialect: 'gemini',
    operation: 'generate',
    stream: true,
    requestBytes: 1,
    principalId: 'local',
    tags: [],
  },
  chosen: undefined,
  why: 'nobody answered',
  outcome: 'failed',
  errorCode: 'upstream_failed',
  finishReason: undefined,
  cache: 'miss',
  plan,
  attempts: [
    {
      backend: 'lab',
      model: 'm',
      reason: 'first',
      startedMs: 0,
      waitedMs: 0,
      durationMs: 3,
      firstContentMs: 2,
      outcome: 'failed',
      errorCode: undefined,
      orphaned: true,
    },
  ],
  timings: {
    beforePlanMs: 1,
    planMs: 1,
    beforeFirstAttemptMs: 1,
    waitedMs: 0,
    firstContentMs: undefined,
    streamMs: undefined,
    totalMs: 9,
  },
  predictions: {
    inputTokens: { predicted: undefined, actual: 1, offByPercent: undefined },
    outputTokens: { predicted: 1, actual: 2, offByPercent: 50 },
    cost: { predicted: '1 USD', actual: '2 USD', offByPercent: 50 },
    firstContentMs: { predicted: 1, actual: undefined, offByPercent: undefined },
    durationMs: { predicted: 1, actual: 1, offByPercent: 0 },
  },
  cost: '1 USD',
  saved: '2 USD',
  wasted: '3 USD',
  losses: [{ path: 'seed', reason: 'unknown' }],
};

it('says of an exchange what it cost, lost and took', () => {
  const text = describeDecision(decision);
  for (const part of ['answered by nobody', 'gemini, stream', 'cost: 1 USD', 'saved: 2 USD', 'wasted: 3 USD']) {
    expect(text).toContain(part);
  }
  expect(text).toContain('lost: seed (unknown)');
  expect(text).toContain('failed (likely billed)');
});

it('leaves out of an exchange what there was not', () => {
  const text = describeDecision({
    ...decision,
    plan: undefined,
    attempts: [],
    predictions: undefined,
    cost: undefined,
    saved: undefined,
    wasted: undefined,
    losses: [],
    errorCode: undefined,
  });
  expect(text).not.toContain('candidates');
  expect(text).not.toContain('cost');
});

it('says of a simulation what was unknown', () => {
  const latency = { meanMs: undefined, p95Ms: undefined };
  const compared = { exchanges: 0, unknownBefore: 1, unknownAfter: 1 };
  const report: SimulationReport = {
    replayed: 0,
    changed: 0,
    unanswered: 0,
    leftOut: 0,
    notReplayed: [{ reason: 'no such model', exchanges: 2 }],
    targets: [],
    cost: { before: '0 USD', after: '0 USD', ...compared },
    latency: { before: latency, after: latency, ...compared },
  };
  expect(describeSimulation(report)).toContain('no such model');
});

describe('asking a gateway that runs', () => {
  it.each([
    [401, 'asks for a gateway key'],
    [404, 'is it a gateway?'],
  ])('says what a %s means', async (status, why) => {
    const server = createServer((_request, response) => response.writeHead(status).end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(askRunning(`http://127.0.0.1:${port}`)).rejects.toThrow(why);
    server.close();
  });
});
