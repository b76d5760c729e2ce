type Rule = 'sum' | 'max' | 'min' | 'mean';

/**
 * How the values of one gauge in several processes become one; counters and histograms are added up. Where a gauge tells
 * of a state, the gravest is what an operator wants to know.
 */
export const gaugeRules: Readonly<Record<string, Rule>> = {
  claudette_exchanges_in_flight: 'sum',
  claudette_cache_entries: 'sum',
  claudette_cache_bytes: 'sum',
  claudette_cache_budget_bytes: 'sum',
  claudette_pool_connections: 'sum',
  claudette_pool_pending: 'sum',
  claudette_resident_memory_bytes: 'sum',
  claudette_pool_reuse_ratio: 'mean',
  claudette_backend_healthy: 'min',
  claudette_memory_level: 'max',
  claudette_memory_pressure_ratio: 'max',
  claudette_memory_limit_bytes: 'max',
  claudette_circuit_state: 'max',
  claudette_config_last_reload_success_timestamp_seconds: 'min',
  claudette_event_loop_lag_seconds: 'max',
  claudette_uptime_seconds: 'max',
  claudette_build_info: 'max',
};

const ruleOf = (name: string, type: string): Rule => (type === 'gauge' ? (gaugeRules[name] ?? 'max') : 'sum');

interface Family {
  readonly name: string;
  /** `# HELP` and `# TYPE`. */
  readonly head: readonly string[];
  readonly type: string;
  /** By name and labels. */
  readonly values: Map<string, number[]>;
}

const merge = { max: Math.max, min: Math.min } as const;

function combine(rule: Rule, values: readonly number[]): number {
  if (rule === 'max' || rule === 'min') return merge[rule](...values);
  const sum = values.reduce((total, value) => total + value, 0);
  return rule === 'sum' ? sum : sum / values.length;
}

/** Labels may hold anything, spaces too; the value is behind the last one. */
const splitSample = (line: string): readonly [series: string, value: number] => {
  const space = line.lastIndexOf(' ');
  return [line.slice(0, space), Number(line.slice(space + 1))];
};

/** Reads Prometheus' text format as prom-client writes it: a family's head is right above its samples. */
function addTo(families: Map<string, Family>, text: string, takesGauges: boolean): void {
  let help = '';
  let family: Family | undefined;
  for (const line of text.split('\n')) {
    if (line.startsWith('# HELP ')) help = line;
    else if (line.startsWith('# TYPE ')) {
      const [, , name = '', type = ''] = line.split(' ');
      family = families.get(name) ?? { name, type, head: [help, line], values: new Map() };
      families.set(name, family);
    } else if (line !== '' && family !== undefined && (takesGauges || family.type !== 'gauge')) {
      const [series, value] = splitSample(line);
      const values = family.values.get(series);
      if (values === undefined) family.values.set(series, [value]);
      else values.push(value);
    }
  }
}

const formatFamily = ({ name, type, head, values }: Family): string => {
  const rule = ruleOf(name, type);
  const samples = [...values].map(([series, all]) => `${series} ${combine(rule, all)}`);
  return [...head, ...samples].join('\n');
};

/**
 * The metrics of several processes as those of one.
 *
 * @param texts of the processes that run, in Prometheus' text format
 * @param ended the last texts of processes that ended: what they counted still counts, or the sums would go back
 */
export function sumMetrics(texts: readonly string[], ended: readonly string[] = []): string {
  const families = new Map<string, Family>();
  for (const text of texts) addTo(families, text, true);
  for (const text of ended) addTo(families, text, false);
  return `${[...families.values()].map(formatFamily).join('\n\n')}\n`;
}
