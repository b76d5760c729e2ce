import type { WireThinkingLevel } from './wire-request.js';

/** How a model is told how much to think. */
export type ThinkingControl =
  | { readonly kind: 'level'; readonly least: WireThinkingLevel }
  | {
      readonly kind: 'budget';
      readonly minTokens: number;
      readonly maxTokens: number;
      readonly canSwitchOff: boolean;
    }
  | { readonly kind: 'none' };

/** What a model wants in its requests. */
export interface ModelTraits {
  readonly thinking: ThinkingControl;
  /** Calls in the history need a signature, and results may hold images and documents: since Gemini 3. */
  readonly isGeneration3: boolean;
}

const budget = (minTokens: number, maxTokens: number, canSwitchOff: boolean): ModelTraits => ({
  thinking: { kind: 'budget', minTokens, maxTokens, canSwitchOff },
  isGeneration3: false,
});

/** https://ai.google.dev/gemini-api/docs/thinking. The first pattern that fits decides. */
const table: readonly (readonly [RegExp, ModelTraits])[] = [
  [/gemini-2\.5-pro/, budget(128, 32_768, false)],
  [/gemini-2\.5-flash-lite/, budget(512, 24_576, true)],
  [/gemini-2\.5/, budget(1, 24_576, true)],
  [/gemini-[12][.-]|gemini-pro|gemma/, { thinking: { kind: 'none' }, isGeneration3: false }],
  [/pro/, { thinking: { kind: 'level', least: 'LOW' }, isGeneration3: true }],
];

const newest: ModelTraits = { thinking: { kind: 'level', least: 'MINIMAL' }, isGeneration3: true };

/** What `model` wants. Names that say no generation (`gemini-flash-latest`) stand for the newest. */
export const traitsOf = (model: string): ModelTraits => table.find(([pattern]) => pattern.test(model))?.[1] ?? newest;
