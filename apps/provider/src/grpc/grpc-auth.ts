/** Who calls over gRPC, and what a call without right is told (provider.md §6.2, §6.7). */
import { type Metadata, type StatusObject, status } from "@grpc/grpc-js";
import { type CallerParams, identify, type Refusal } from "../gateway/caller.ts";
import type { PeerBook } from "./peer-book.ts";

/** What a call is refused with. */
export type GrpcRefusal = Pick<StatusObject, "code" | "details">;

/** True for `x.y.z` without a scheme, which some clients send here. */
const isBareToken = (text: string) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);

/**
 * Judges a call's token and its connection's certificate. A status is for anybody, but whoever says who he is must be
 * that: a certificate or a token that does not count is refused.
 */
export async function judgeCall(
  metadata: Metadata,
  peer: string,
  params: CallerParams & { readonly peers: PeerBook },
): Promise<GrpcRefusal | undefined> {
  let certificateOwner: string | undefined;
  try {
    const shown = await params.peers.owner(peer);
    if (!shown.ok) return { code: status.UNAUTHENTICATED, details: shown.error };
    certificateOwner = shown.value;
  } catch {
    return { code: status.UNAVAILABLE, details: "the chain cannot be asked for the certificate" };
  }
  const token = metadata.get("authorization").map(String)[0];
  const authorization = token !== undefined && isBareToken(token) ? `Bearer ${token}` : token;
  const identity = await identify({ headers: { authorization }, certificateOwner }, params);
  return identity.kind === "refused" ? refusal(identity) : undefined;
}

/** A token that says wrong things of its bearer does not prove who he is, whichever status HTTP has for that. */
function refusal({ reason, message, detail }: Refusal): GrpcRefusal {
  const details = detail === "" ? message : `${message}: ${detail}`;
  return { code: codes[reason], details };
}

const codes: Readonly<Record<Refusal["reason"], status>> = {
  request: status.INVALID_ARGUMENT,
  token: status.UNAUTHENTICATED,
  chain: status.UNAVAILABLE,
};
