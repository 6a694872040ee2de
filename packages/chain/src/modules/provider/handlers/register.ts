import { validateProviderAttributes } from "@stoa/market";
import { parseAccount } from "@stoa/wire";
import {
  EventProviderCreatedSchema,
  EventProviderUpdatedSchema,
  type MsgCreateProvider,
  type MsgDeleteProvider,
  type MsgUpdateProvider,
  ProviderSchema,
} from "@stoa/wire/akash.provider.v1beta4";
import { requireAddress } from "../../../address.ts";
import { create } from "../../../codec.ts";
import type { Context } from "../../../context.ts";
import { refuse, sdkErrors } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { emitTyped } from "../../../typed-event.ts";
import { providerErrors } from "../errors.ts";
import { parseUrl } from "../go-url.ts";
import { providers } from "../keys.ts";

/** MsgCreateProvider and MsgUpdateProvider carry the same record and are checked alike (market-modules.md §10). */

type ProviderMessage = MsgCreateProvider | MsgUpdateProvider;

function checkHostUri(text: string): void {
  const quoted = JSON.stringify(text);
  const url = parseUrl(text) ?? refuse(providerErrors.invalidProviderUri);
  if (url.scheme === "") refuse(providerErrors.notAbsProviderUri, `validating ${quoted} for absolute URI`);
  if (url.scheme !== "https") refuse(providerErrors.invalidProviderUri, `scheme in ${quoted} should be https`);
  if (url.host === "") refuse(providerErrors.invalidProviderUri, `validating ${quoted} for valid host`);
  if (url.path !== "") refuse(providerErrors.invalidProviderUri, `path in ${quoted} should be empty`);
}

function checkRecord(msg: ProviderMessage, what: string): void {
  checkHostUri(msg.hostUri);
  if (!parseAccount(msg.owner).ok) refuse(sdkErrors.invalidAddress, `${what}: Invalid Provider Address`);
  refuseIf(validateProviderAttributes(msg.attributes));
  const website = msg.info?.website ?? "";
  if (website !== "" && parseUrl(website) === undefined) refuse(providerErrors.invalidInfoWebsite);
}

function store(ctx: Context, msg: ProviderMessage): void {
  const { owner, hostUri, attributes, info } = msg;
  const record = create(ProviderSchema, { owner, hostUri, attributes, ...(info === undefined ? {} : { info }) });
  providers.set(ctx, requireAddress(owner, "owner"), record);
}

export function checkCreateProvider(msg: MsgCreateProvider): void {
  checkRecord(msg, "MsgCreate");
}

export function applyCreateProvider(ctx: Context, msg: MsgCreateProvider): Record<string, never> {
  const owner = requireAddress(msg.owner, "owner");
  if (providers.has(ctx, owner)) refuse(providerErrors.providerExists, `id: ${msg.owner}`);
  store(ctx, msg);
  emitTyped(ctx, EventProviderCreatedSchema, { owner: msg.owner });
  return {};
}

export function checkUpdateProvider(msg: MsgUpdateProvider): void {
  checkRecord(msg, "MsgUpdate");
}

export function applyUpdateProvider(ctx: Context, msg: MsgUpdateProvider): Record<string, never> {
  const owner = requireAddress(msg.owner, "owner");
  if (!providers.has(ctx, owner)) refuse(providerErrors.providerNotFound, `id: ${msg.owner}`);
  store(ctx, msg);
  emitTyped(ctx, EventProviderUpdatedSchema, { owner: msg.owner });
  return {};
}

export function checkDeleteProvider(msg: MsgDeleteProvider): void {
  if (!parseAccount(msg.owner).ok) refuse(sdkErrors.invalidAddress, "MsgDelete: Invalid Provider Address");
}

/** There is no way out yet, in the reference neither: it is refused with the reference's words. */
export function applyDeleteProvider(ctx: Context, msg: MsgDeleteProvider): Record<string, never> {
  if (!providers.has(ctx, requireAddress(msg.owner, "owner"))) refuse(providerErrors.providerNotFound);
  return refuse(providerErrors.notImplemented, "NOTIMPLEMENTED");
}
