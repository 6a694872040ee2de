import type { MsgRevokeAllowance } from "@stoa/wire/cosmos.feegrant.v1beta1";
import { requireAddress } from "../../../address.ts";
import type { Context } from "../../../context.ts";
import { refuse, sdkErrors } from "../../../errors.ts";
import { revokeAllowance } from "../grants.ts";

/** Takes an allowance back. */
export const revoke = {
  apply(ctx: Context, msg: MsgRevokeAllowance): Record<string, never> {
    if (msg.grantee === msg.granter) refuse(sdkErrors.invalidAddress, "addresses must be different");
    const grantee = requireAddress(msg.grantee, "grantee");
    const granter = requireAddress(msg.granter, "granter");
    revokeAllowance(ctx, { granter, grantee });
    return {};
  },
};
