/** A part that somebody holds. */
export interface Held<Part> {
  readonly part: Part;
  /** Gives it back: the last one to do so closes it. Does nothing the second time. */
  release(): Promise<void>;
}

export interface SharedPartOptions<Settings, Part> {
  readonly open: (settings: Settings) => Part | Promise<Part>;
  readonly close: (part: Part) => Promise<void>;
}

/**
 * Parts that are opened once for all who want the same settings (compared as JSON), and closed when the last of them gives
 * them back. One asks after the other: two that asked at once for what is not open would open it twice.
 */
export function shareParts<Settings, Part>({
  open,
  close,
}: SharedPartOptions<Settings, Part>): (settings: Settings) => Promise<Held<Part>> {
  const opened = new Map<string, { readonly part: Part; holders: number }>();

  return async (settings) => {
    const key = JSON.stringify(settings);
    const shared = opened.get(key) ?? { part: await open(settings), holders: 0 };
    opened.set(key, shared);
    shared.holders += 1;
    let isHeld = true;
    return {
      part: shared.part,
      async release() {
        if (!isHeld) return;
        isHeld = false;
        shared.holders -= 1;
        if (shared.holders > 0) return;
        opened.delete(key);
        await close(shared.part);
      },
    };
  };
}
