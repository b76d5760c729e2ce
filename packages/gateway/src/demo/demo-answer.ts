import type { ChatEvent, ChatRequest, FinishReason, Message, Tool } from '@claudette/core';
import { estimateUsage } from '@claudette/core';

const textOf = (message: Message | undefined): string =>
  (message?.parts ?? [])
    .map((part) => (part.type === 'text' ? part.text : `[${part.type}]`))
    .join(' ')
    .trim();

interface SchemaShape {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly items?: unknown;
}

const MAX_EXAMPLE_DEPTH = 8;

/** The simplest value that fits the usual JSON Schemas. */
function exampleOf(schema: unknown, depth = 0): unknown {
  const { type, properties, items, const: constant, enum: allowed } = (schema ?? {}) as SchemaShape;
  if (constant !== undefined) return constant;
  if (Array.isArray(allowed)) return allowed[0] as unknown;
  const kind: unknown = Array.isArray(type) ? type[0] : type;
  if (kind === 'object' || properties !== undefined) {
    if (depth >= MAX_EXAMPLE_DEPTH) return {};
    return Object.fromEntries(
      Object.entries(properties ?? {}).map(([key, value]) => [key, exampleOf(value, depth + 1)]),
    );
  }
  if (kind === 'array') return depth >= MAX_EXAMPLE_DEPTH ? [] : [exampleOf(items, depth + 1)];
  if (kind === 'number' || kind === 'integer') return 1;
  if (kind === 'boolean') return true;
  if (kind === 'null') return null;
  return 'demo';
}

/** The tool to call, or undefined: only when tools are offered, allowed, and not already answered. */
function toolToCall(request: ChatRequest): Tool | undefined {
  const choice = request.toolChoice;
  if (choice?.kind === 'none' || request.messages.at(-1)?.role === 'tool') return undefined;
  const allowed = choice?.kind === 'tool' ? [choice.name] : choice?.kind === 'allowed' ? choice.names : undefined;
  return request.tools.find(({ name }) => allowed === undefined || allowed.includes(name));
}

const exampleFor = ({ takesText, parameters }: Tool): string =>
  takesText === undefined ? JSON.stringify(exampleOf(parameters ?? { type: 'object' })) : 'demo';

function sayText(request: ChatRequest): string {
  if (request.outputFormat?.kind === 'json-schema') return JSON.stringify(exampleOf(request.outputFormat.schema));
  if (request.outputFormat?.kind === 'json') return '{"demo":true}';
  const last = request.messages.at(-1);
  const said = textOf(last).slice(0, 200);
  const what = last?.role === 'tool' ? `The tool said: ${said}` : `You wrote: ${said}`;
  return `This is Claudette's built-in demo; no model was asked. ${what}`;
}

/** What the demo answers, always the same for the same request, as events. */
export function* demoAnswer(request: ChatRequest): Generator<ChatEvent> {
  const tool = toolToCall(request);
  const text = tool === undefined ? sayText(request) : exampleFor(tool);
  const reason: FinishReason = tool === undefined ? 'stop' : 'tool-calls';
  yield { type: 'start', id: 'chatcmpl-demo', model: 'demo-1' };
  if (tool === undefined) {
    yield { type: 'text-start', block: 0 };
    for (const word of text.split(/(?<=\s)/)) yield { type: 'text-delta', block: 0, text: word };
    yield { type: 'text-end', block: 0 };
  } else {
    const takesText = tool.takesText !== undefined;
    yield { type: 'tool-call-start', block: 0, id: 'call_demo', name: tool.name, ...(takesText && { takesText }) };
    yield { type: 'tool-call-delta', block: 0, arguments: text };
    yield { type: 'tool-call-end', block: 0 };
  }
  const askedBytes = request.messages.reduce((bytes, message) => bytes + textOf(message).length, 0);
  yield { type: 'usage', usage: estimateUsage(askedBytes, text.length) };
  yield { type: 'finish', reason };
}
