import type { Tool } from '@claudette/core';

import type { WireToolName } from './wire-request.js';

/** The one name that every dialect can write for a tool inside a namespace. */
export const joinToolName = (namespace: string | undefined, name: string): string =>
  namespace === undefined ? name : `${namespace}__${name}`;

/** A tool's name as the client nested it; a name that none of the tools has stays as it is. */
export const toWireName = (name: string, tools: readonly Tool[]): WireToolName =>
  tools.find((tool) => tool.name === name)?.nested ?? { name };
