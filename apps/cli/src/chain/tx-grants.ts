/** Messages inside messages: what a grant allows, and lists of messages from files. */
import type { JsonValue } from "@bufbuild/protobuf";
import { CliError, exitCodes } from "../command.ts";
import { readValueFile } from "./field-flags.ts";
import type { TxDraft } from "./tx-draft.ts";

/** A transaction with more messages than this passes no node's size limit. */
const messagesMax = 1000;

function misuse(message: string, hint?: string): CliError {
  return new CliError("usage", message, { exitCode: exitCodes.usage, ...(hint === undefined ? {} : { hint }) });
}

/** Coins as `5uakt,6uact`, sorted by denomination as the chain wants them. */
export function parseCoinList(text: string): { denom: string; amount: string }[] {
  const coins = text.split(",").map((part) => {
    const found = /^([0-9]{1,78})([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(part.trim());
    if (found === null)
      throw misuse(`not an amount with its denomination: ${JSON.stringify(part)}`, "such as 5000000uact");
    return { amount: found[1] as string, denom: found[2] as string };
  });
  return coins.sort((a, b) => (a.denom < b.denom ? -1 : 1));
}

/**
 * Messages of a file: one object with `@type`, a list of them, or a transaction's JSON (`body.messages` or
 * `messages`). Throws {@link CliError}.
 */
export function readMessages(file: string): JsonValue[] {
  let value: unknown;
  try {
    value = JSON.parse(readValueFile(file).toString("utf8"));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("bad_messages", `${file} is not JSON`, { cause });
  }
  const holder = value as { body?: { messages?: unknown }; messages?: unknown } | null;
  const list = holder?.body?.messages ?? holder?.messages ?? (Array.isArray(value) ? value : [value]);
  if (!Array.isArray(list) || list.length === 0 || list.length > messagesMax)
    throw new CliError("bad_messages", `${file} holds no list of messages`, {
      hint: 'write [{"@type":"/cosmos.bank.v1beta1.MsgSend",…}]',
    });
  return list as JsonValue[];
}

/** Fills in MsgGrant's authorization. */
export function authorization({ json, invocation }: Pick<TxDraft, "json" | "invocation">): void {
  const kind = invocation.operands[1] as string;
  const limit = invocation.text("spend-limit");
  const needLimit = (): { denom: string; amount: string }[] => {
    if (limit === undefined) throw misuse(`a ${kind} grant needs --spend-limit`);
    return parseCoinList(limit);
  };
  const grant = (json.grant ?? {}) as { [key: string]: JsonValue };
  json.grant = grant;
  if (kind === "generic") {
    const msg = invocation.text("msg-type");
    if (msg === undefined) throw misuse("a generic grant needs --msg-type", "such as /cosmos.bank.v1beta1.MsgSend");
    grant.authorization = { "@type": "/cosmos.authz.v1beta1.GenericAuthorization", msg };
  } else if (kind === "send")
    grant.authorization = { "@type": "/cosmos.bank.v1beta1.SendAuthorization", spend_limit: needLimit() };
  else if (kind === "deposit") {
    grant.authorization = {
      "@type": "/akash.escrow.v1.DepositAuthorization",
      // The old single limit must be a valid coin of zero (market-modules.md §6.3).
      spend_limit: { denom: "uakt", amount: "0" },
      spend_limits: needLimit(),
      scopes: (invocation.text("scopes") ?? "").split(","),
    };
  } else throw misuse(`no kind of grant ${kind}`, "one of: generic, send, deposit");
}

/** Fills in MsgGrantAllowance's allowance. */
export function allowance({ json, invocation }: TxDraft): void {
  const limit = invocation.text("spend-limit");
  const expiration = invocation.text("expiration");
  const basic: JsonValue = {
    "@type": "/cosmos.feegrant.v1beta1.BasicAllowance",
    spend_limit: limit === undefined ? [] : parseCoinList(limit),
    ...(expiration === undefined ? {} : { expiration }),
  };
  const allowed = invocation.text("allowed-messages");
  json.allowance =
    allowed === undefined
      ? basic
      : {
          "@type": "/cosmos.feegrant.v1beta1.AllowedMsgAllowance",
          allowance: basic,
          allowed_messages: allowed.split(","),
        };
}
