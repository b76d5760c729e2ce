/** Beyond this no name is near, and a client must not make us compare megabytes. */
const MAX_COMPARED_LENGTH = 100;

/** How many single-character edits turn one text into the other (Levenshtein). */
export function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length }, (_, index) => index + 1);
  let distance = to.length;
  Array.from(from).forEach((character, row) => {
    let diagonal = row;
    distance = row + 1;
    above = above.map((up, column) => {
      const replaced = diagonal + (character === to[column] ? 0 : 1);
      diagonal = up;
      distance = Math.min(replaced, distance + 1, up + 1);
      return distance;
    });
  });
  return distance;
}

/** The known names that a mistyped one may have meant, nearest first; at most three, and none that differs by more than a third. */
export function nearestNames(name: string, known: Iterable<string>): readonly string[] {
  if (name.length > MAX_COMPARED_LENGTH) return [];
  const wanted = name.toLowerCase();
  const limit = Math.max(2, Math.floor(wanted.length / 3));
  return [...new Set(known)]
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
