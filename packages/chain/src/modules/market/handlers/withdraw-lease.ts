import { type LeaseId, leasePaymentId, validateLeaseId } from "@stoa/market";
import type { MsgWithdrawLease } from "@stoa/wire/akash.market.v1beta5";
import type { Context } from "../../../context.ts";
import { refuse } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { marketErrors } from "../errors.ts";
import { bidKey, leases } from "../keys.ts";
import type { MarketNeeds } from "../needs.ts";

const noId: LeaseId = { owner: "", dseq: 0n, gseq: 0, oseq: 0, provider: "", bseq: 0 };

export function checkWithdrawLease(msg: MsgWithdrawLease): void {
  refuseIf(validateLeaseId(msg.id ?? noId));
}

/** The provider takes what its lease has earned; on an account that ran dry this closes everything. */
export function applyWithdrawLease(ctx: Context, needs: MarketNeeds, msg: MsgWithdrawLease): Record<string, never> {
  const id = msg.id ?? noId;
  if (!leases.has(ctx, bidKey(id))) refuse(marketErrors.unknownLease);
  needs.escrow.withdrawPayment(ctx, leasePaymentId(id));
  return {};
}
