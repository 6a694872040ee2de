/** Whose certificate a connection showed, asked anew after a while: it may be revoked as long as it lives. */
import type { TLSSocket } from "node:tls";
import type { Result } from "@stoa/std";
import { certificateTrustS, type PeerParams, verifyPeer } from "../gateway/peer.ts";

type Verdict = Result<string | undefined, string>;

interface Peer {
  readonly socket: TLSSocket;
  checked: { readonly atS: bigint; readonly verdict: Promise<Verdict> } | undefined;
}

export class PeerBook {
  readonly #params: PeerParams;
  /** Open connections by their remote address and port, as calls name them. */
  readonly #peers = new Map<string, Peer>();

  constructor(params: PeerParams) {
    this.#params = params;
  }

  add(socket: TLSSocket): void {
    const name = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#peers.set(name, { socket, checked: undefined });
    socket.once("close", () => {
      if (this.#peers.get(name)?.socket === socket) this.#peers.delete(name);
    });
  }

  /** The account of the connection's certificate: undefined without one, why it does not count for a bad one. Rejects when the chain cannot be asked. */
  owner(name: string): Promise<Verdict> {
    const peer = this.#peers.get(name);
    if (peer === undefined) return Promise.resolve({ ok: false, error: "the connection is gone" });
    const now = this.#params.nowSeconds();
    if (peer.checked !== undefined && now - peer.checked.atS < certificateTrustS) return peer.checked.verdict;
    const checked = { atS: now, verdict: verifyPeer(peer.socket, this.#params) };
    peer.checked = checked;
    checked.verdict.catch(() => {
      if (peer.checked === checked) peer.checked = undefined;
    });
    return checked.verdict;
  }
}
