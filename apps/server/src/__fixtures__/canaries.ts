/** How current keys begin, how long they are, and what they are made of. */
const formats = {
  anthropic: { start: 'sk-ant-api03-', length: 108 },
  aws: { start: 'AKIA', length: 20 },
  gateway: { start: 'claudette-', length: 53 },
  gemini: { start: 'AIzaSy', length: 39 },
  github: { start: 'ghp_', length: 40 },
  githubFine: { start: 'github_pat_', length: 93 },
  groq: { start: 'gsk_', length: 56 },
  huggingFace: { start: 'hf_', length: 37 },
  openai: { start: 'sk-proj-', length: 132 },
  openaiOld: { start: 'sk-', length: 51 },
  openrouter: { start: 'sk-or-v1-', length: 73 },
  serviceAccount: { start: 'sk-svcacct-', length: 131 },
  xai: { start: 'xai-', length: 84 },
} as const;

export type KeyFormat = keyof typeof formats;
export const keyFormats = Object.keys(formats) as KeyFormat[];

/** A secret that exists once, and the piece of it that betrays it wherever it turns up. */
export interface Canary {
  /** Where it was put, e.g. `prompt openai`. */
  readonly name: string;
  readonly value: string;
  readonly trace: string;
}

const TRACE_CHARACTERS = 12;
let made = 0;

/** Letters and digits that no other canary has, in capitals as every format allows them. */
const uniqueText = (length: number): string => {
  made += 1;
  const number = String(made).padStart(3, '0');
  return `Q${number}CANARY${number}Z`.repeat(Math.ceil(length / 13)).slice(0, length);
};

/** A new secret of a format, or one that only its value betrays. */
export function makeCanary(place: string, format: KeyFormat | 'plain'): Canary {
  const { start, length } = format === 'plain' ? { start: '', length: 32 } : formats[format];
  const text = uniqueText(length - start.length);
  return { name: `${place} ${format}`, value: start + text, trace: text.slice(0, TRACE_CHARACTERS) };
}

/** One of each format. */
export const makeCanaries = (place: string): readonly Canary[] => keyFormats.map((format) => makeCanary(place, format));

/** Those that a text has let through, by name. */
export const findCanaries = (text: string, canaries: readonly Canary[]): readonly string[] =>
  canaries.filter(({ trace }) => text.includes(trace)).map(({ name }) => name);
