import type { Json } from "../../apps/node/src/servers/rpc/surface-shape.ts";

/** A session over a websocket: what is sent, and the frames that come. */
export interface WsSession {
  readonly sent: readonly Json[];
  readonly frames: readonly { readonly [key: string]: Json }[];
}

const call = (id: Json, method: Json, params?: Json): Json => ({
  jsonrpc: "2.0",
  id,
  method,
  ...(params === undefined ? {} : { params }),
});
const subscribe = (id: Json, query: Json): Json => call(id, "subscribe", { query });

/** Every session. */
export const sessions: readonly (readonly Json[])[] = [
  [subscribe(1, "tm.event='NewBlock'")],
  [subscribe("x", "tm.event='NewBlockHeader'")],
  [subscribe(0, "tm.event='NewBlockEvents'")],
  [subscribe(1, "tm.event EXISTS")],
  [subscribe(1, "tm.event='NewRoundStep'"), subscribe(2, "tm.event='NewRound'")],
  [subscribe(1, "tm.event='CompleteProposal'"), subscribe(2, "tm.event='Polka'"), subscribe(3, "tm.event='Lock'")],
  [subscribe(1, "tm.event='ValidBlock'"), subscribe(2, "tm.event='Nope'")],
  [subscribe(1, "tm.event='NewBlock' AND block.height>1")],
  [
    subscribe(1, "bad"),
    subscribe(2, ""),
    subscribe(3, "a.b="),
    subscribe(4, 5),
    subscribe(5, null),
    subscribe(6, "a.b='x"),
  ],
  [call(1, "subscribe"), call(2, "subscribe", {}), call(3, "subscribe", []), call(4, "subscribe", ["tm.event='Tx'"])],
  [call(1, "subscribe", ["tm.event='Tx'", 1]), call(2, "subscribe", { query: "tm.event='Tx'", x: 1 })],
  [
    subscribe(1, "tm.event='Tx'"),
    subscribe(2, "tm.event='Tx'"),
    call(3, "unsubscribe", { query: "tm.event='Tx'" }),
    call(4, "unsubscribe", { query: "tm.event='Tx'" }),
    call(5, "unsubscribe", { query: "nope" }),
    call(6, "unsubscribe", {}),
    call(7, "unsubscribe"),
    call(8, "unsubscribe_all"),
    subscribe(9, "tm.event='Tx'"),
    call(10, "unsubscribe_all", {}),
    call(11, "unsubscribe_all", {}),
  ],
  [
    ...["a.a='1'", "a.b='1'", "a.c='1'", "a.d='1'", "a.e='1'", "a.f='1'", "a.g='1'"].map((query, id) =>
      subscribe(id, query),
    ),
  ],
  [subscribe(1, `a.b='${"x".repeat(600)}'`)],
  [
    call(1, "health"),
    call(2, "status", {}),
    call(3, "nope"),
    call(4, "block", { height: "{idle}" }),
    call(5, "block", { height: "99999999" }),
    call(6, "block", ["{idle}"]),
    call(7, "tx", { hash: "AAAA" }),
    call(8, "broadcast_tx_sync", { tx: "AAAA" }),
  ],
  ["", "x", "{", "[]", "{}", "null", "1", call(1, "health")],
  [{ jsonrpc: "2.0", method: "health" }, { jsonrpc: "2.0", id: null, method: "health" }, call(1, "health")],
  [{ jsonrpc: "1.0", id: 1, method: "health" }, { id: 2, method: "health" }, call(true, "health"), call(3, "health")],
  [[call(1, "health"), call(2, "health")], call(3, "health")],
  [call(1.5, "health"), call([], "health"), call({}, "health"), call("", "health"), call(-1, "health")],
];
