/*
 * Order of names as the TypeScript SDK's localeCompare gives it with the Unicode root collation, for ASCII: letters
 * regardless of case first, lower case before upper where nothing else differs; punctuation and symbols before
 * digits before letters. Our own, because pure code may not ask the host for a locale. Other characters follow by
 * code point.
 */

const rootOrder = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";
const weights: ReadonlyMap<string, number> = new Map([...rootOrder].map((char, index) => [char, index + 1]));
const firstLetter = rootOrder.length + 1;
const firstOther = firstLetter + 26;

function primary(char: string): number {
  const code = (char.toLowerCase().codePointAt(0) ?? 0) - 97;
  if (code >= 0 && code < 26) return firstLetter + code;
  const known = weights.get(char);
  if (known !== undefined) return known;
  const point = char.codePointAt(0) ?? 0;
  // Control characters carry no weight.
  return point < 0x20 || point === 0x7f ? 0 : firstOther + point;
}

function weightsOf(text: string): readonly number[] {
  return [...text].map(primary).filter((weight) => weight > 0);
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function cases(text: string): readonly number[] {
  return [...text].map((char) => (char !== char.toLowerCase() ? 1 : 0));
}

/** Negative, zero or positive. */
export function compareCollated(a: string, b: string): number {
  return compareLists(weightsOf(a), weightsOf(b)) || compareLists(cases(a), cases(b));
}
