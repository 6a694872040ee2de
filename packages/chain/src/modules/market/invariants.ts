import { leasePaymentId } from "@stoa/market";
import { LeaseSchema } from "@stoa/wire/akash.market.v1";
import { messageValue } from "../../collections.ts";
import type { Invariant } from "../../module.ts";
import { idOf, leases } from "./keys.ts";
import type { MarketNeeds } from "./needs.ts";
import { leaseStates } from "./types.ts";

const leaseValue = messageValue(LeaseSchema);

/** A lease that runs has an open payment, and one that ended has none that could still be charged (E-1). */
export function leasesArePaid(needs: MarketNeeds): Invariant {
  return {
    name: "leases-are-paid",
    store: "market",
    broken(changes, ctx) {
      for (const { key, after } of changes) {
        if (after === undefined || key[0] !== leases.prefix[0] || key[1] !== leases.prefix[1]) continue;
        const lease = leaseValue.decode(after);
        const payment = leasePaymentId(idOf(lease));
        const account = needs.escrow.isAccountOpen(ctx, payment.aid);
        const charged = account && needs.escrow.isPaymentLive(ctx, payment);
        const runs = lease.state === leaseStates.active || lease.state === leaseStates.reclaiming;
        if (runs !== charged) return `lease ${payment.aid.xid}/${payment.xid}: runs ${runs}, charged ${charged}`;
      }
      return undefined;
    },
  };
}
