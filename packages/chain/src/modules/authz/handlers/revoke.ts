import type { MsgRevoke } from "@stoa/wire/cosmos.authz.v1beta1";
import { requireAddress } from "../../../address.ts";
import type { Context } from "../../../context.ts";
import { refuse, sdkErrors } from "../../../errors.ts";
import { authzErrors } from "../errors.ts";
import { deleteGrant } from "../grants.ts";

/** Takes a grant back. */
export const revoke = {
  apply(ctx: Context, msg: MsgRevoke): Record<string, never> {
    if (msg.grantee.toLowerCase() === msg.granter.toLowerCase()) refuse(authzErrors.granteeIsGranter);
    const grantee = requireAddress(msg.grantee, "grantee");
    const granter = requireAddress(msg.granter, "granter");
    if (msg.msgTypeUrl === "") refuse(sdkErrors.invalidRequest, "missing msg method name");
    deleteGrant(ctx, { granter, grantee, msgTypeUrl: msg.msgTypeUrl });
    return {};
  },
};
