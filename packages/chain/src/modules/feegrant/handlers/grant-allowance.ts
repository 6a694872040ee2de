import type { MsgGrantAllowance } from "@stoa/wire/cosmos.feegrant.v1beta1";
import { requireAddress } from "../../../address.ts";
import type { Context } from "../../../context.ts";
import { refuse, sdkErrors } from "../../../errors.ts";
import { timeNs } from "../../../time.ts";
import { checkAllowance, expirationOf } from "../allowance.ts";
import { saveAllowance } from "../grants.ts";
import { allowances } from "../keys.ts";
import type { FeegrantNeeds } from "../needs.ts";

/** Lets the grantee pay fees with the granter's coins. The grantee's account is created where there is none. */
export function createGrantAllowance(needs: FeegrantNeeds) {
  return {
    apply(ctx: Context, msg: MsgGrantAllowance): Record<string, never> {
      if (msg.grantee.toLowerCase() === msg.granter.toLowerCase()) {
        refuse(sdkErrors.invalidAddress, "cannot self-grant fee authorization");
      }
      const grantee = requireAddress(msg.grantee, "grantee");
      const granter = requireAddress(msg.granter, "granter");
      if (allowances.has(ctx, [grantee, granter])) refuse(sdkErrors.invalidRequest, "fee allowance already exists");
      checkAllowance(msg.allowance);
      needs.ensureAccount(ctx, grantee);
      const expiration = expirationOf(msg.allowance);
      if (expiration !== undefined && timeNs(expiration) < timeNs(ctx.block.time)) {
        refuse(sdkErrors.invalidRequest, "expiration is before current block time");
      }
      if (msg.allowance !== undefined) saveAllowance(ctx, { granter, grantee }, msg.allowance);
      return {};
    },
  };
}
