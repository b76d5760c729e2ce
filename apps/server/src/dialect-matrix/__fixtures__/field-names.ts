import type { DialectId } from '@claudette/core';

type Field = 'stop' | 'budget' | 'summary';

/** Where each dialect has what a question may ask for and a translation may lose. Nobody loses what cannot be asked. */
const fieldNames: Readonly<Record<DialectId, Readonly<Partial<Record<Field, string>>>>> = {
  'openai-chat': { stop: 'stop' },
  'openai-responses': { summary: 'reasoning.summary' },
  'anthropic-messages': { stop: 'stop_sequences', budget: 'thinking.budget_tokens' },
  gemini: {
    stop: 'generationConfig.stopSequences',
    budget: 'generationConfig.thinkingConfig.thinkingBudget',
    summary: 'generationConfig.thinkingConfig.includeThoughts',
  },
};

/** The fields in the words of a client, as its losses name them. */
export const fieldsOf = (client: DialectId, ...fields: readonly Field[]): string[] =>
  fields.flatMap((field) => fieldNames[client][field] ?? []);
