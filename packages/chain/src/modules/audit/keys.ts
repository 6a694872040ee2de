import { type AuditedProvider, AuditedProviderSchema } from "@stoa/wire/akash.audit.v1";
import { Index, messageValue, TypedMap } from "../../collections.ts";
import { bytesKey, prefixedBytesKey, tupleKey } from "../../key-codec.ts";

/** The store `audit`: what an auditor signed about a provider, by provider, then auditor. */
export type AuditKey = readonly [owner: Uint8Array, auditor: Uint8Array];

export const auditKeyCodec = tupleKey<AuditKey>(bytesKey, prefixedBytesKey);

export const byAuditor = new Index<Uint8Array, AuditKey, AuditedProvider>({
  prefix: Uint8Array.of(0x02),
  key: bytesKey,
  of: (_record, [, auditor]) => auditor,
});

export const audited = new TypedMap<AuditKey, AuditedProvider>({
  store: "audit",
  prefix: Uint8Array.of(0x01),
  key: auditKeyCodec,
  value: messageValue(AuditedProviderSchema),
  indexes: [byAuditor],
});
