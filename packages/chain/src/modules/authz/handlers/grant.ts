import type { MsgGrant } from "@stoa/wire/cosmos.authz.v1beta1";
import { requireAddress } from "../../../address.ts";
import type { Context } from "../../../context.ts";
import { refuse, sdkErrors } from "../../../errors.ts";
import { authzErrors } from "../errors.ts";
import { openAuthorization, saveGrant } from "../grants.ts";
import type { AuthzNeeds } from "../needs.ts";

/** Lets the grantee act for the granter. The grantee's account is created where there is none. */
export function createGrant(needs: AuthzNeeds) {
  return {
    apply(ctx: Context, msg: MsgGrant): Record<string, never> {
      if (msg.grantee.toLowerCase() === msg.granter.toLowerCase()) refuse(authzErrors.granteeIsGranter);
      const grantee = requireAddress(msg.grantee, "grantee");
      const granter = requireAddress(msg.granter, "granter");
      const any = msg.grant?.authorization;
      const { kind, authorization } = openAuthorization(needs.kinds, any);
      kind.check(authorization);
      if (!needs.hasAccount(ctx, grantee)) {
        if (needs.isBlocked(ctx, grantee))
          refuse(sdkErrors.unauthorized, `${msg.grantee} is not allowed to receive funds`);
        needs.ensureAccount(ctx, grantee);
      }
      const msgTypeUrl = kind.msgTypeUrl(authorization);
      if (any === undefined || needs.handler(msgTypeUrl) === undefined) {
        refuse(sdkErrors.invalidType, `${msgTypeUrl} doesn't exist.`);
      }
      saveGrant(ctx, { granter, grantee, msgTypeUrl }, any, msg.grant?.expiration);
      return {};
    },
  };
}
