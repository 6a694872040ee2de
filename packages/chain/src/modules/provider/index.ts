import type { Attribute } from "@stoa/market";
import { parseAccount } from "@stoa/wire";
import { GenesisStateSchema, Msg, Query } from "@stoa/wire/akash.provider.v1beta4";
import { requireAddress } from "../../address.ts";
import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { fromGenesis, toGenesis } from "../../genesis-json.ts";
import { answer, handle, type Module } from "../../module.ts";
import { paginate } from "../../paging.ts";
import { providerErrors } from "./errors.ts";
import {
  applyCreateProvider,
  applyDeleteProvider,
  applyUpdateProvider,
  checkCreateProvider,
  checkDeleteProvider,
  checkUpdateProvider,
} from "./handlers/register.ts";
import { providers } from "./keys.ts";

/** The provider module and what others may ask of it. */
export function createProvider() {
  const module: Module = {
    name: "provider",
    storeName: "provider",
    messages: [
      handle(Msg.method.createProvider, { check: checkCreateProvider, apply: applyCreateProvider }),
      handle(Msg.method.updateProvider, { check: checkUpdateProvider, apply: applyUpdateProvider }),
      handle(Msg.method.deleteProvider, { check: checkDeleteProvider, apply: applyDeleteProvider }),
    ],
    queries: [
      answer(Query.method.providers, (ctx, request) => {
        const { rows, pagination } = paginate({
          request: request.pagination,
          scan: (options) => providers.scan(ctx, options),
          keep: (provider) => provider,
        });
        return { providers: [...rows], pagination };
      }),
      answer(Query.method.provider, (ctx, request) => {
        const owner = parseAccount(request.owner);
        if (!owner.ok) refuse(providerErrors.invalidAddress);
        return { provider: providers.get(ctx, owner.value) ?? refuse(providerErrors.providerNotFound) };
      }),
    ],
    initGenesis(ctx, section) {
      for (const provider of fromGenesis(GenesisStateSchema, section).providers) {
        providers.set(ctx, requireAddress(provider.owner, "owner"), provider);
      }
    },
    exportGenesis: (ctx) =>
      toGenesis(GenesisStateSchema, { providers: [...providers.scan(ctx)].map((row) => row.value) }),
  };
  return {
    module,
    /** Attributes that a registered provider declares; undefined if it is not registered. */
    attributes: (ctx: Context, owner: string): readonly Attribute[] | undefined =>
      providers.get(ctx, requireAddress(owner, "provider"))?.attributes,
  };
}
