import type { SignedAttributes } from "@stoa/market";
import { parseAccount } from "@stoa/wire";
import { type AuditedProvider, GenesisStateSchema, Msg, Query } from "@stoa/wire/akash.audit.v1";
import { requireAddress } from "../../address.ts";
import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { fromGenesis, toGenesis } from "../../genesis-json.ts";
import { answer, handle, type Module } from "../../module.ts";
import { type PageRequest, type PageRow, paginate } from "../../paging.ts";
import { auditErrors } from "./errors.ts";
import { applyDelete, applySign, checkAuditMessage } from "./handlers/sign.ts";
import { audited, auditKeyCodec, byAuditor } from "./keys.ts";

function queryAddress(text: string): Uint8Array {
  const address = parseAccount(text);
  return address.ok ? address.value : refuse(auditErrors.invalidAddress);
}

/** What auditors signed about one provider, in order of auditors. */
function signedFor(ctx: Context, owner: Uint8Array): AuditedProvider[] {
  return [...audited.scan(ctx, { under: auditKeyCodec.partial(owner) })].map((row) => row.value);
}

function page(
  request: PageRequest | undefined,
  scan: (options: { from: Uint8Array | undefined; reverse: boolean }) => Iterable<PageRow<AuditedProvider>>,
) {
  const { rows, pagination } = paginate({ request, scan, keep: (record) => record });
  return { providers: [...rows], pagination };
}

/** The audit module and what others may ask of it. The lists decode and filter what they name. */
export function createAudit() {
  const module: Module = {
    name: "audit",
    storeName: "audit",
    messages: [
      handle(Msg.method.signProviderAttributes, { check: checkAuditMessage, apply: applySign }),
      handle(Msg.method.deleteProviderAttributes, { check: checkAuditMessage, apply: applyDelete }),
    ],
    queries: [
      answer(Query.method.allProvidersAttributes, (ctx, request) =>
        page(request.pagination, (options) => audited.scan(ctx, options)),
      ),
      answer(Query.method.providerAttributes, (ctx, request) => {
        const providers = signedFor(ctx, queryAddress(request.owner));
        return providers.length > 0 ? { providers } : refuse(auditErrors.providerNotFound);
      }),
      answer(Query.method.providerAuditorAttributes, (ctx, request) => {
        const key = [queryAddress(request.owner), queryAddress(request.auditor)] as const;
        return { providers: [audited.get(ctx, key) ?? refuse(auditErrors.providerNotFound)] };
      }),
      answer(Query.method.auditorAttributes, (ctx, request) => {
        const auditor = queryAddress(request.auditor);
        return page(request.pagination, (options) => audited.scanIndex(ctx, byAuditor, auditor, options));
      }),
    ],
    initGenesis(ctx, section) {
      for (const record of fromGenesis(GenesisStateSchema, section).providers) {
        audited.set(ctx, [requireAddress(record.owner, "owner"), requireAddress(record.auditor, "auditor")], record);
      }
    },
    exportGenesis: (ctx) =>
      toGenesis(GenesisStateSchema, { providers: [...audited.scan(ctx)].map((row) => row.value) }),
  };
  return {
    module,
    signedAttributes: (ctx: Context, owner: string): readonly SignedAttributes[] =>
      signedFor(ctx, requireAddress(owner, "provider")),
  };
}
