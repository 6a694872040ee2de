/**
 * JSON text of a string as Go's encoder writes it: `<`, `>`, `&` and the two line separators are escaped
 * (base-chain.md §4.2).
 */
export function goJsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
