import { createRandom, createZipf } from './random.js';
import type { Random } from './random.js';
import { createItemSource } from './trace.js';
import type { Item, Trace } from './trace.js';

const list = <T>(count: number, create: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => create(i));

/** Draws items of a fixed population, the first one most often. */
const createPopular = (population: readonly Item[], exponent: number, random: Random): (() => Item) => {
  const rank = createZipf(population.length, exponent, random);
  return () => population[rank()] as Item;
};

/** A fixed population of a fifth of the requests; the usual model of popularity. */
export function zipf(requests: number, exponent: number, seed: number): Trace {
  const random = createRandom(seed);
  const items = createItemSource(random);
  const population = list(requests / 2, () => items.create());
  const draw = createPopular(population, exponent, random);
  return { name: `zipf ${exponent.toFixed(1)}`, requests: list(requests, draw) };
}

/** Zipf 0.8 where each hundredth request makes something new popular: any order of magnitude of ranks is as likely. */
export function zipfWithDrift(requests: number, seed: number): Trace {
  const random = createRandom(seed);
  const items = createItemSource(random);
  const population = list(requests / 2, () => items.create());
  const draw = createPopular(population, 0.8, random);
  const request = (index: number): Item => {
    if (index % 100 === 0) population[Math.floor(population.length ** random.uniform())] = items.create();
    return draw();
  };
  return { name: 'zipf with drift', requests: list(requests, request) };
}

/** Zipf 0.8, and in every second twentieth of the trace somebody walks through things that nobody asks for again. */
export function zipfWithScans(requests: number, seed: number): Trace {
  const random = createRandom(seed);
  const items = createItemSource(random);
  const draw = createPopular(
    list(requests / 2, () => items.create()),
    0.8,
    random,
  );
  const isScan = (index: number): boolean => Math.floor((20 * index) / requests) % 2 === 1 && index % 2 === 1;
  const request = (index: number): Item => (isScan(index) ? items.create() : draw());
  return { name: 'zipf with scans', requests: list(requests, request) };
}

/** Half is Zipf 0.7; the other half is asked for eight times within about 200 requests, and then never again. */
export function bursts(requests: number, seed: number): Trace {
  const random = createRandom(seed);
  const items = createItemSource(random);
  const draw = createPopular(
    list(requests / 2, () => items.create()),
    0.7,
    random,
  );
  // So many bursts run side by side that one of eight requests lasts as long as it should.
  const running = list(12, () => items.create());
  const request = (): Item => {
    if (random.uniform() < 0.5) return draw();
    const burst = random.below(running.length);
    const item = running[burst] as Item;
    if (random.below(8) === 0) running[burst] = items.create();
    return item;
  };
  return { name: 'bursts', requests: list(requests, request) };
}

/** A twentieth as many items as requests, all in turn, over and over. */
export function loop(requests: number, seed: number): Trace {
  const items = createItemSource(createRandom(seed));
  const round = list(requests / 20, () => items.create());
  return { name: 'loop', requests: list(requests, (index) => round[index % round.length] as Item) };
}
