import { type LeaseId, validateLeaseId } from "@stoa/market";
import { EventLeaseReclaimStartedSchema } from "@stoa/wire/akash.market.v1";
import type { MsgLeaseStartReclaim } from "@stoa/wire/akash.market.v1beta5";
import type { Context } from "../../../context.ts";
import { refuse } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { durationNs, timeFromNs, timeNs } from "../../../time.ts";
import { emitTyped } from "../../../typed-event.ts";
import { marketErrors } from "../errors.ts";
import { bidKey, leases } from "../keys.ts";
import { leaseStates } from "../types.ts";
import { checkProviderReason } from "./close-bid.ts";

const noId: LeaseId = { owner: "", dseq: 0n, gseq: 0, oseq: 0, provider: "", bseq: 0 };

export function checkLeaseStartReclaim(msg: MsgLeaseStartReclaim): void {
  refuseIf(validateLeaseId(msg.id ?? noId));
  checkProviderReason(msg.reason);
}

/** A provider announces that it will leave: the window that it offered begins (market-modules.md §5.4). */
export function applyLeaseStartReclaim(ctx: Context, msg: MsgLeaseStartReclaim): Record<string, never> {
  const id = msg.id ?? noId;
  const lease = leases.get(ctx, bidKey(id)) ?? refuse(marketErrors.unknownLease);
  if (lease.state !== leaseStates.active) refuse(marketErrors.leaseNotActive);
  const { reclamation } = lease;
  if (reclamation === undefined) refuse(marketErrors.leaseNotReclamable);
  if (reclamation.startedAt !== 0n) refuse(marketErrors.leaseAlreadyReclaiming);
  const window = durationNs(reclamation.window ?? { seconds: 0n, nanos: 0 });
  const deadline = timeFromNs(timeNs(ctx.block.time) + window).seconds;
  const { reason } = msg;
  const next = { ...reclamation, startedAt: ctx.block.height, deadline, reason };
  leases.set(ctx, bidKey(id), { ...lease, state: leaseStates.reclaiming, reclamation: next });
  emitTyped(ctx, EventLeaseReclaimStartedSchema, { id, reason, deadline });
  return {};
}
