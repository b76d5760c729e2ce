import { createJudge, toSources, withoutSpaces } from './said.js';
import type { Heard, Tokens } from './said.js';

interface WirePartial {
  readonly jsonPath: string;
  readonly stringValue?: string;
  readonly numberValue?: number;
  readonly boolValue?: boolean;
}

interface WirePart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly functionCall?: {
    readonly name?: string;
    readonly args?: unknown;
    readonly partialArgs?: readonly WirePartial[];
  };
}

interface WireReply {
  readonly candidates?: readonly {
    readonly index?: number;
    readonly content?: { readonly role?: string; readonly parts?: readonly WirePart[] };
    readonly finishReason?: string;
    readonly groundingMetadata?: { readonly groundingChunks?: readonly { readonly web?: { readonly uri?: string } }[] };
  }[];
  readonly usageMetadata?: Readonly<Record<string, number | undefined>>;
}

const finishes: Readonly<Record<string, string>> = { STOP: 'stop', MAX_TOKENS: 'length', SAFETY: 'content-filter' };

const tokensOf = (usage: Readonly<Record<string, number | undefined>>): Tokens => {
  const reasoning = usage['thoughtsTokenCount'] ?? 0;
  return {
    input: (usage['promptTokenCount'] ?? 0) + (usage['toolUsePromptTokenCount'] ?? 0),
    cached: usage['cachedContentTokenCount'] ?? 0,
    output: (usage['candidatesTokenCount'] ?? 0) + reasoning,
    reasoning,
  };
};

type Tree = Record<string, unknown>;

/** Puts a piece of an argument where its path says: `$.recipe.steps[0].text`. Pieces of one string follow each other. */
function place(root: Tree, { jsonPath, stringValue, numberValue, boolValue }: WirePartial): void {
  const keys = jsonPath.match(/[^.[\]$]+/g) ?? [];
  let node = root;
  for (const [depth, key] of keys.entries()) {
    const next = keys[depth + 1];
    if (next !== undefined) {
      node[key] ??= /^\d+$/.test(next) ? [] : {};
      node = node[key] as Tree;
    } else if (stringValue !== undefined) {
      node[key] = ((node[key] as string | undefined) ?? '') + stringValue;
    } else {
      node[key] = numberValue ?? boolValue ?? null;
    }
  }
}

/** Gemini. Candidates beyond the first are not read. */
export function readGemini(payloads: readonly unknown[], streamed: boolean): Heard {
  const { faults, expect } = createJudge();
  const replies = payloads as readonly WireReply[];
  const calls: { name: string; arguments: Tree }[] = [];
  const sources: (string | undefined)[] = [];
  let text = '';
  let reasoning = '';
  let finish: string | undefined;
  let tokens: Tokens | undefined;
  for (const [number, { candidates, usageMetadata }] of replies.entries()) {
    const isLast = number === replies.length - 1;
    const candidate = candidates?.[0];
    expect(candidate !== undefined && (candidate.index ?? 0) === 0, 'a reply has a candidate');
    expect(candidate?.content === undefined || candidate.content.role === 'model', 'content is of the model');
    for (const part of candidate?.content?.parts ?? []) {
      if (part.thought) reasoning += part.text ?? '';
      else text += part.text ?? '';
      const { functionCall: call } = part;
      if (call === undefined) continue;
      expect(typeof call.name === 'string' && call.args !== undefined, 'a call is whole');
      if (call.name !== undefined) calls.push({ name: call.name, arguments: { ...(call.args as Tree | undefined) } });
      for (const piece of call.partialArgs ?? []) place(calls.at(-1)?.arguments ?? {}, piece);
    }
    sources.push(...(candidate?.groundingMetadata?.groundingChunks ?? []).map(({ web }) => web?.uri));
    expect((candidate?.finishReason !== undefined) === isLast, 'a reply finishes once and last');
    if (candidate?.finishReason !== undefined) finish = finishes[candidate.finishReason];
    expect(!isLast || usageMetadata !== undefined, 'the last chunk has the usage');
    if (usageMetadata?.['promptTokenCount'] !== undefined) {
      tokens = tokensOf(usageMetadata);
      expect(usageMetadata['totalTokenCount'] === tokens.input + tokens.output, 'the total is the sum');
    }
  }
  expect(streamed || replies.length === 1, 'a whole reply is one');
  const said = { text, reasoning: withoutSpaces(reasoning), calls, sources: toSources(sources), tokens };
  // Gemini has no word of its own for an answer that waits for results.
  return { said: { ...said, finish: finish === 'stop' && calls.length > 0 ? 'tool-calls' : finish }, faults };
}
