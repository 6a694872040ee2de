import { type Attribute, compareUtf8 } from "@stoa/market";
import { parseAccount } from "@stoa/wire";
import {
  AuditedProviderSchema,
  EventTrustedAuditorCreatedSchema,
  EventTrustedAuditorDeletedSchema,
  type MsgDeleteProviderAttributes,
  type MsgSignProviderAttributes,
} from "@stoa/wire/akash.audit.v1";
import { requireAddress } from "../../../address.ts";
import { create } from "../../../codec.ts";
import type { Context } from "../../../context.ts";
import { refuse, sdkErrors } from "../../../errors.ts";
import { emitTyped } from "../../../typed-event.ts";
import { auditErrors } from "../errors.ts";
import { type AuditKey, audited } from "../keys.ts";

/** MsgSignProviderAttributes and MsgDeleteProviderAttributes (market-modules.md §11). */

type AuditMessage = MsgSignProviderAttributes | MsgDeleteProviderAttributes;

export function checkAuditMessage(msg: AuditMessage): void {
  if (!parseAccount(msg.owner).ok) refuse(sdkErrors.invalidAddress, "MsgCreate: Invalid Owner Address");
  if (!parseAccount(msg.auditor).ok) refuse(sdkErrors.invalidAddress, "MsgCreate: Invalid Auditor Address");
}

function keyOf(msg: AuditMessage): AuditKey {
  return [requireAddress(msg.owner, "owner"), requireAddress(msg.auditor, "auditor")];
}

function setAttributes(ctx: Context, msg: AuditMessage, values: ReadonlyMap<string, string>): void {
  const attributes: Attribute[] = [...values].map(([key, value]) => ({ key, value }));
  attributes.sort((a, b) => compareUtf8(a.key, b.key));
  const { owner, auditor } = msg;
  audited.set(ctx, keyOf(msg), create(AuditedProviderSchema, { owner, auditor, attributes }));
}

/** Adds attributes to what the auditor signed before; a new value wins. */
export function applySign(ctx: Context, msg: MsgSignProviderAttributes): Record<string, never> {
  const before = audited.get(ctx, keyOf(msg));
  if (before === undefined) {
    const { owner, auditor } = msg;
    const attributes = [...msg.attributes].sort((a, b) => compareUtf8(a.key, b.key));
    audited.set(ctx, keyOf(msg), create(AuditedProviderSchema, { owner, auditor, attributes }));
  } else {
    const values = new Map([...before.attributes, ...msg.attributes].map(({ key, value }) => [key, value]));
    setAttributes(ctx, msg, values);
  }
  emitTyped(ctx, EventTrustedAuditorCreatedSchema, { owner: msg.owner, auditor: msg.auditor });
  return {};
}

/** Takes attributes back: the named ones, or all when none is named. */
export function applyDelete(ctx: Context, msg: MsgDeleteProviderAttributes): Record<string, never> {
  const { owner, auditor } = msg;
  const before = audited.get(ctx, keyOf(msg)) ?? refuse(auditErrors.providerNotFound);
  const values = new Map(before.attributes.map(({ key, value }) => [key, value]));
  for (const key of msg.keys) {
    if (values.delete(key)) continue;
    const text = `trying to delete non-existing attribute "${key}" for auditor/provider "${auditor}/${owner}"`;
    refuse(auditErrors.attributeNotFound, text);
  }
  if (msg.keys.length === 0 || values.size === 0) audited.delete(ctx, keyOf(msg));
  else setAttributes(ctx, msg, values);
  emitTyped(ctx, EventTrustedAuditorDeletedSchema, { owner, auditor });
  return {};
}
