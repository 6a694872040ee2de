/*
 * Shell patterns as Go's filepath.Match reads them on Unix: `*` and `?` do not cross `/`, `[...]` classes with
 * `^` negation, `\` escapes. A malformed pattern matches nothing (the reference ignores the error).
 */

type Piece =
  | { readonly is: "star" | "any" }
  | { readonly is: "char"; readonly char: string }
  | { readonly is: "class"; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] };

function classChar(
  pattern: readonly string[],
  at: number,
): { readonly code: number; readonly next: number } | undefined {
  let index = at;
  const char = pattern[index];
  if (char === undefined || char === "-" || char === "]") return undefined;
  if (char === "\\") index++;
  const code = pattern[index]?.codePointAt(0);
  // A class must be closed: its last character cannot end the pattern.
  return code === undefined || index + 1 >= pattern.length ? undefined : { code, next: index + 1 };
}

function readClass(
  pattern: readonly string[],
  start: number,
): { readonly piece: Piece; readonly next: number } | undefined {
  let at = start;
  const negated = pattern[at] === "^";
  if (negated) at++;
  const ranges: [number, number][] = [];
  while (!(pattern[at] === "]" && ranges.length > 0)) {
    const low = classChar(pattern, at);
    if (low === undefined) return undefined;
    at = low.next;
    let high = low;
    if (pattern[at] === "-") {
      const end = classChar(pattern, at + 1);
      if (end === undefined) return undefined;
      high = end;
      at = end.next;
    }
    ranges.push([low.code, high.code]);
  }
  return { piece: { is: "class", negated, ranges }, next: at + 1 };
}

function compile(text: string): readonly Piece[] | undefined {
  const pattern = [...text];
  const pieces: Piece[] = [];
  let at = 0;
  while (at < pattern.length) {
    const char = pattern[at] as string;
    if (char === "*" || char === "?") {
      pieces.push({ is: char === "*" ? "star" : "any" });
      at++;
    } else if (char === "[") {
      const found = readClass(pattern, at + 1);
      if (found === undefined) return undefined;
      pieces.push(found.piece);
      at = found.next;
    } else {
      if (char === "\\") at++;
      const literal = pattern[at];
      if (literal === undefined) return undefined;
      pieces.push({ is: "char", char: literal });
      at++;
    }
  }
  return pieces;
}

function accepts(piece: Piece, char: string): boolean {
  if (piece.is === "char") return piece.char === char;
  if (piece.is !== "class") return char !== "/";
  const code = char.codePointAt(0) ?? 0;
  return piece.ranges.some(([low, high]) => low <= code && code <= high) !== piece.negated;
}

/** True if the whole text matches the pattern. Work is proportional to pattern length times text length. */
export function globMatch(pattern: string, text: string): boolean {
  const pieces = compile(pattern);
  if (pieces === undefined) return false;
  const chars = [...text];
  let reachable = new Array<boolean>(chars.length + 1).fill(false);
  reachable[0] = true;
  for (const piece of pieces) {
    const next = new Array<boolean>(chars.length + 1).fill(false);
    for (let at = 0; at <= chars.length; at++) {
      if (piece.is === "star") {
        next[at] = reachable[at] === true || (at > 0 && next[at - 1] === true && chars[at - 1] !== "/");
      } else if (at > 0 && reachable[at - 1] === true) {
        next[at] = accepts(piece, chars[at - 1] as string);
      }
    }
    reachable = next;
  }
  return reachable[chars.length] === true;
}
