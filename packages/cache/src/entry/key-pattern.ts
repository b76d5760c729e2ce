/**
 * Whether a text is what a pattern describes: `*` is any run of characters, `?` any one; everything else is itself. Takes
 * at most as many steps as both lengths multiplied, whatever the pattern: it may come from outside.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  let at = 0;
  let place = 0;
  /** The latest `*`, and where in the text its run ends for now. Only that one is ever made longer. */
  let star = -1;
  let runEnd = 0;
  while (at < text.length) {
    const wanted = pattern[place];
    if (wanted === '*') {
      star = place;
      runEnd = at;
      place += 1;
    } else if (wanted === '?' || wanted === text[at]) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      runEnd += 1;
      at = runEnd;
      place = star + 1;
    } else {
      return false;
    }
  }
  while (pattern[place] === '*') place += 1;
  return place === pattern.length;
}
