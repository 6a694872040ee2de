import type { LeaseId } from "@stoa/market";
import { formatLeaseId } from "@stoa/market";
import { type Output, shortAddress, table } from "../output.ts";
import type { BidRow } from "../tenant/bids.ts";
import { type DeployEvent, loopbackUri, type ServiceUris } from "../tenant/deploy.ts";
import { costText, trimZeros } from "../tenant/money.ts";

/** Names of the people in a local network, for tables: `provider 2`. */
export type Names = ReadonlyMap<string, string>;

function nameOf(names: Names, address: string): string {
  const name = names.get(address);
  return name === undefined ? shortAddress(address) : `${name} (${shortAddress(address)})`;
}

function bidTable(bids: readonly BidRow[], names: Names, intervalMs: bigint): string {
  const rows = bids.map(({ provider, price, denom }) => [nameOf(names, provider), costText(price, denom, intervalMs)]);
  return table(["PROVIDER", "PRICE"], rows);
}

/** URL of a service by its host name, through its provider's router. */
export function namedUri(service: ServiceUris): string | undefined {
  const host = service.uris.find((uri) => !/^[\d.]+(:\d+)?$/.test(uri));
  return host === undefined ? undefined : `http://${host}/`;
}

function idFields(id: LeaseId) {
  const { owner, dseq, gseq, oseq, provider } = id;
  return { owner, dseq: dseq.toString(), gseq, oseq, provider };
}

/** Prints one step of a deployment: a sentence for people, an event for machines. */
export function showDeployEvent(
  output: Output,
  event: DeployEvent,
  context: { readonly names: Names; readonly intervalMs: bigint; readonly startedMs: number },
): void {
  const { names, intervalMs } = context;
  switch (event.event) {
    case "created": {
      const { id, deposit, height } = event;
      output.line(`deployment ${id.dseq} created in block ${height}, deposit ${deposit}: the auction is open`);
      output.event("created", { owner: id.owner, dseq: id.dseq.toString(), deposit, height: height.toString() });
      return;
    }
    case "bids": {
      if (event.bids.length > 0)
        output.line(`\nbids on group ${event.order.gseq}:\n${bidTable(event.bids, names, intervalMs)}`);
      const bids = event.bids.map(({ provider, price, denom }) => ({ provider, price: price.toString(), denom }));
      output.event("bids", { gseq: event.order.gseq, bids });
      return;
    }
    case "chosen":
      output.event("chosen", { gseq: event.order.gseq, provider: event.bid.provider, why: event.why });
      return;
    case "lease": {
      const { id, bid, height, why } = event;
      output.line(`\n${nameOf(names, id.provider)} wins: ${why}, ${costText(bid.price, bid.denom, intervalMs)}`);
      output.line(`lease ${formatLeaseId(id)} opened in block ${height}`);
      const price = { amount: bid.price.toString(), denom: bid.denom };
      output.event("lease", { ...idFields(id), price, height: height.toString(), why });
      return;
    }
    case "manifest":
      output.line(`manifest sent to ${event.hostUri}`);
      output.event("manifest", { ...idFields(event.id), hostUri: event.hostUri });
      return;
    case "waiting":
      output.progress(`waiting: ${event.text}`);
      return;
    case "serving":
      showServing(output, event, context);
  }
}

function showServing(
  output: Output,
  event: DeployEvent & { event: "serving" },
  context: { readonly startedMs: number },
): void {
  const elapsedMs = Math.round(performance.now() - context.startedMs);
  output.settle();
  output.line(`\nserving after ${trimZeros((elapsedMs / 1000).toFixed(1))} s:`);
  for (const service of event.services) {
    const uri = loopbackUri(service);
    const hostUri = namedUri(service);
    for (const url of [uri, hostUri]) if (url !== undefined) output.line(`  ${service.name}  ${url}`);
    for (const port of service.forwarded) output.line(`  ${service.name}  ${port}`);
    const { name, forwarded } = service;
    output.event("serving", { ...idFields(event.id), service: name, uri, hostUri, forwarded, elapsedMs });
  }
}
