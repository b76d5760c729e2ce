import type { Behaviour } from './behaviour.js';
import { parseBehaviour } from './behaviour.js';
import { wantsWork } from './fake-call.js';
import type { FakeCall } from './fake-call.js';

/**
 * How the next calls are answered: one behaviour for all; a list, one each, and plain answers once it is used up; or a
 * function, for which undefined is a plain answer. Vectors and token counts are calls like any other; lists of models are
 * answered plainly unless a function says otherwise.
 */
export type Script = Behaviour | readonly Behaviour[] | BehaviourOfCall;

/** Decides by looking at the call. */
export type BehaviourOfCall = (call: FakeCall) => Behaviour | undefined;

const marker = /\[\[fake:(?<behaviour>.*?)\]\]/s;
const isList = (script: Script): script is readonly Behaviour[] => Array.isArray(script);
const plain: Behaviour = { kind: 'answer' };

/** The behaviour that a call asks for itself, in the header `x-fake-behaviour` or as `[[fake:…]]` in its prompt. */
function requestedBehaviour(call: FakeCall, userText: string): string | undefined {
  const header = call.headers['x-fake-behaviour'];
  return typeof header === 'string' ? header : marker.exec(userText)?.groups?.['behaviour'];
}

export interface Chooser {
  /** Sets the script; undefined goes back to plain answers. */
  use(script: Script | undefined): void;
  /** The behaviour of this call; undefined when it asked for one that does not exist. */
  choose(call: FakeCall, userText: string): Behaviour | undefined;
}

/**
 * Decides how a call is answered: what the call asks for itself wins over the script. Whether it asked or not, it uses up
 * its place in a list.
 */
export function createChooser(initial: Script | undefined): Chooser {
  let script: Behaviour | Behaviour[] | BehaviourOfCall = plain;
  const use = (next: Script | undefined): void => {
    script = next === undefined ? plain : isList(next) ? [...next] : next;
  };
  const nextOfScript = (call: FakeCall): Behaviour => {
    if (typeof script === 'function') return script(call) ?? plain;
    if (!wantsWork(call)) return plain;
    return Array.isArray(script) ? (script.shift() ?? plain) : script;
  };
  use(initial);

  return {
    use,
    choose(call, userText) {
      const scripted = nextOfScript(call);
      const requested = requestedBehaviour(call, userText);
      return requested === undefined ? scripted : parseBehaviour(requested);
    },
  };
}
