/** A change of one place of a JSON document. */
export interface Spoilt {
  /** Where: names joined by dots, list positions as `[]`, so that one name stands for all elements. */
  readonly place: string;
  readonly how: string;
  readonly document: unknown;
}

type Path = readonly (string | number)[];

/** Copy of a document with another value, or none, at a path. */
function withValue(
  document: unknown,
  path: Path,
  change: (parent: Record<string, unknown> | unknown[], key: string | number) => void,
): unknown {
  const copy: unknown = structuredClone(document);
  let parent = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  change(parent, path.at(-1) ?? "");
  return copy;
}

/** Other texts near this one: a character changed at the start, in the middle and at the end, one more, none. */
function nearTexts(text: string): string[] {
  const other = (letter: string): string =>
    letter === "1" ? "2" : letter === "A" ? "B" : /[0-9]/.test(letter) ? "1" : "A";
  const places = [...new Set([0, text.length >> 1, text.length - 1])].filter((at) => at >= 0 && at < text.length);
  const changed = places.map((at) => text.slice(0, at) + other(text.charAt(at)) + text.slice(at + 1));
  return [...changed, `${text}0`, "", "0"].filter((near) => near !== text);
}

function valuesInstead(value: unknown): unknown[] {
  if (typeof value === "string") return [...nearTexts(value), null, 7];
  if (typeof value === "number")
    return [value + 1, value - 1, -value - 1, 0, 1, 2, 3, 2 ** 32 + value, String(value), null];
  if (typeof value === "boolean") return [!value, null, "true"];
  if (value === null) return ["AA==", "0", 0, [], {}, [{}]];
  return Array.isArray(value) ? [[], null, {}, "A"] : [{}, null, [], "A"];
}

/** Every change of every place at every depth: other values, fields and elements left out, doubled and swapped. */
export function* spoilings(document: unknown, path: Path = []): Generator<Spoilt> {
  const place = path.map((key) => (typeof key === "number" ? "[]" : key)).join(".");
  let value = document;
  for (const key of path) value = (value as Record<string | number, unknown>)[key];
  if (path.length > 0) {
    for (const other of valuesInstead(value)) {
      if (JSON.stringify(other) === JSON.stringify(value)) continue;
      const change = withValue(document, path, (parent, key) => Object.assign(parent, { [key]: other }));
      yield { place, how: `becomes ${JSON.stringify(other)}`, document: change };
    }
    if (typeof path.at(-1) === "string") {
      const change = withValue(document, path, (parent, key) => void delete (parent as Record<string, unknown>)[key]);
      yield { place, how: "is left out", document: change };
    }
  }
  if (Array.isArray(value)) yield* listSpoilings(document, path, place, value);
  if (typeof value !== "object" || value === null) return;
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  for (const key of keys) yield* spoilings(document, [...path, key]);
}

function* listSpoilings(document: unknown, path: Path, place: string, list: readonly unknown[]): Generator<Spoilt> {
  for (const at of list.keys()) {
    const variants: readonly (readonly [string, readonly unknown[]])[] = [
      ["is left out", list.toSpliced(at, 1)],
      ["stands twice", list.toSpliced(at, 0, list[at])],
      ["changes its place", at === 0 ? list : list.toSpliced(at - 1, 2, list[at], list[at - 1])],
    ];
    for (const [how, other] of variants) {
      if (JSON.stringify(other) === JSON.stringify(list)) continue;
      const change = withValue(document, path, (parent, key) => Object.assign(parent, { [key]: other }));
      yield { place: `${place}.[]`, how, document: change };
    }
  }
}
