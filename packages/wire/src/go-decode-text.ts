import type { DescMessage } from "@bufbuild/protobuf";

/** Texts of ours that do not depend on the message. */
const plain: ReadonlyMap<string, string> = new Map([
  ["unexpected end of data", "unexpected EOF"],
  ["integer overflow", "proto: integer overflow"],
  ["negative length", "proto: negative length found during unmarshaling"],
]);

/** What was wrong with a message's bytes, in the words of the reference's generated readers, which clients print. */
export function goDecodeText(schema: DescMessage, problem: string): string {
  const known = plain.get(problem);
  if (known !== undefined) return known;
  const [, wireType, field] = /^wrong wire type (\d+) for field [\w.]+\.(\w+)$/.exec(problem) ?? [];
  if (wireType !== undefined && field !== undefined)
    return `proto: wrong wireType = ${wireType} for field ${goName(field)}`;
  if (problem === "illegal field number 0") return `proto: ${schema.name}: illegal tag 0 (wire type 0)`;
  if (problem.startsWith("end of a group")) return `proto: ${schema.name}: wiretype end group for non-group`;
  return problem;
}

/** A field's name as Go writes it: `page_key` and `pageKey` are `PageKey`. */
function goName(field: string): string {
  // Identities are named so in the reference's own messages.
  return field === "id" ? "ID" : field.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
