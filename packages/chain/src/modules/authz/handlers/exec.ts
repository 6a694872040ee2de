import { equalBytes } from "@stoa/std";
import { accountText, signersOf } from "@stoa/wire";
import type { MsgExec } from "@stoa/wire/cosmos.authz.v1beta1";
import { requireAddress } from "../../../address.ts";
import { decode, encode, type Message } from "../../../codec.ts";
import type { Context } from "../../../context.ts";
import { Refusal, refuse, refuseUnregistered, refuseWith, sdkErrors } from "../../../errors.ts";
import { EventManager, withAttribute } from "../../../events.ts";
import type { MessageHandler } from "../../../module.ts";
import { timeNs } from "../../../time.ts";
import { authzErrors } from "../errors.ts";
import { deleteGrant, type GrantId, getGrant, openAuthorization, packAuthorization, updateGrant } from "../grants.ts";
import type { AuthzNeeds } from "../needs.ts";

interface Inner {
  readonly handler: MessageHandler;
  readonly msg: Message;
}

/**
 * Runs messages of others that the signer was granted, and the signer's own, in order. Nesting is bounded by the
 * decoder (base-chain.md §4.1).
 */
export function createExec(needs: AuthzNeeds) {
  function open(msg: MsgExec): Inner[] {
    return msg.msgs.map((any) => {
      const handler = needs.handler(any.typeUrl);
      if (handler === undefined) refuse(sdkErrors.unknownRequest, `unrecognized message route: ${any.typeUrl}`);
      return { handler, msg: decode(handler.request, any.value) };
    });
  }

  function checkAll(list: readonly Inner[]): void {
    list.forEach(({ handler, msg }, i) => {
      try {
        handler.check(msg);
      } catch (error) {
        throw error instanceof Refusal ? new Refusal(error.error, `msg ${i}: ${error.message}`) : error;
      }
    });
  }

  function useGrant(ctx: Context, id: GrantId, msg: Message): void {
    const grant = getGrant(ctx, id);
    if (grant === undefined) {
      const who = `granter: ${accountText(id.granter)}, grantee: ${accountText(id.grantee)}`;
      refuse(authzErrors.noAuthorizationFound, `failed to get grant with given ${who} & msgType: ${id.msgTypeUrl} `);
    }
    if (grant.expiration !== undefined && timeNs(grant.expiration) < timeNs(ctx.block.time)) {
      refuse(authzErrors.authorizationExpired);
    }
    const { kind, authorization } = openAuthorization(needs.kinds, grant.authorization);
    const outcome = kind.accept(ctx, authorization, msg);
    if (outcome.delete) deleteGrant(ctx, id);
    else if (outcome.updated !== undefined) updateGrant(ctx, id, packAuthorization(outcome.updated, kind));
    if (!outcome.accept) refuse(sdkErrors.unauthorized);
  }

  function run(ctx: Context, grantee: Uint8Array, { handler, msg }: Inner, index: number): Uint8Array {
    const [signer, ...others] = signersOf(handler.request, msg) ?? [];
    if (signer === undefined || others.length > 0) refuse(authzErrors.numOfSigners);
    const granter = requireAddress(signer, "signer");
    if (!equalBytes(granter, grantee)) useGrant(ctx, { granter, grantee, msgTypeUrl: handler.typeUrl }, msg);
    const events = new EventManager();
    const response = callInner(handler, ctx.with({ events }), msg);
    ctx.events.append(withAttribute(events.events, "authz_msg_index", index.toString()));
    return encode(handler.response, response);
  }

  return {
    apply(ctx: Context, msg: MsgExec): { results: Uint8Array[] } {
      if (msg.grantee === "") refuseUnregistered("empty address string is not allowed");
      const grantee = requireAddress(msg.grantee, "grantee");
      if (msg.msgs.length === 0) refuse(sdkErrors.invalidRequest, "messages cannot be empty");
      const list = open(msg);
      checkAll(list);
      return { results: list.map((inner, i) => run(ctx, grantee, inner, i)) };
    },
  };
}

function callInner(handler: MessageHandler, ctx: Context, msg: Message): Message {
  try {
    return handler.apply(ctx, msg);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuseWith(error.error, `failed to execute message; message ${handler.typeUrl}: ${error.message}`);
  }
}
