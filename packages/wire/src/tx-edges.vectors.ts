import { fromHex, toHex } from "@stoa/std";
import type { VectorFailure, VectorFamily } from "@stoa/test";
import { encode, tryDecode } from "./codec.ts";
import { typeByUrl } from "./registry.ts";
import { rejectUnknownFields } from "./unknown-fields.ts";

interface EdgeCase {
  readonly case: string;
  readonly type: string;
  readonly hex: string;
  readonly error: string | null;
  readonly reencoded?: string;
}

interface RejectCase extends EdgeCase {
  readonly allowNonCritical: boolean;
  readonly hasUnknownNonCriticals: boolean;
}

/** The parts of `lib/tx.json` that concern plain decoding and the refusal of unknown fields. */
export const txEdgeVectors: VectorFamily = {
  file: "lib/tx.json",
  check: (text) => {
    const { rawEdge, rejectUnknown } = JSON.parse(text) as { rawEdge: EdgeCase[]; rejectUnknown: RejectCase[] };
    const failures = [...rawEdge.flatMap(checkDecode), ...rejectUnknown.flatMap(checkReject)];
    return { cases: rawEdge.length + rejectUnknown.length, failures };
  },
};

function checkDecode(entry: EdgeCase): VectorFailure[] {
  const schema = typeByUrl(entry.type);
  const bytes = fromHex(entry.hex);
  if (schema === undefined || bytes === undefined) return [failure(entry, "type", "unknown")];
  const decoded = tryDecode(schema, bytes);
  if (decoded.ok !== (entry.error === null)) return [failure(entry, "error", decoded.ok ? "accepted" : "refused")];
  if (!decoded.ok) return [];
  const again = toHex(encode(schema, decoded.value));
  return again === entry.reencoded ? [] : [failure(entry, "reencoded", again)];
}

function checkReject(entry: RejectCase): VectorFailure[] {
  const schema = typeByUrl(entry.type);
  const bytes = fromHex(entry.hex);
  if (schema === undefined || bytes === undefined) return [failure(entry, "type", "unknown")];
  const { allowNonCritical } = entry;
  const verdict = rejectUnknownFields({ bytes, schema, allowNonCritical, resolve: typeByUrl });
  const failures: VectorFailure[] = [];
  if (verdict.ok !== (entry.error === null))
    failures.push(failure(entry, "error", verdict.ok ? "accepted" : "refused"));
  const met = verdict.ok ? verdict.value : verdict.error.hasNonCritical;
  if (met !== entry.hasUnknownNonCriticals) failures.push(failure(entry, "hasUnknownNonCriticals", String(met)));
  return failures;
}

function failure(entry: EdgeCase, field: string, message: string): VectorFailure {
  return { case: entry.case, field, message };
}
