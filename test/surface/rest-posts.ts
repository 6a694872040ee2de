import type { RestQuestion } from "./rest-questions.ts";

const txs = "/cosmos/tx/v1beta1";

/** Bodies, right and wrong, for the routes that take them. */
export const posts: readonly RestQuestion[] = [
  ...["simulate", "txs", "decode", "encode"].flatMap((method) =>
    [
      "",
      "{}",
      "{",
      "[]",
      "null",
      '"x"',
      "1",
      "not json",
      '{"tx_bytes":""}',
      '{"tx_bytes":null}',
      '{"tx_bytes":"!!"}',
      '{"tx_bytes":1}',
      '{"tx_bytes":{}}',
      '{"tx_bytes":"AAAA"}',
      '{"tx_bytes":"CgA="}',
      '{"txBytes":"AAAA"}',
      '{"nope":1}',
      '{"tx_bytes":"AAAA","nope":1}',
      '{"tx_bytes":"AAAA","tx_bytes":"AAAB"}',
      '{"tx_bytes":"AAAA"} trailing',
      '{"tx":{}}',
      '{"tx":null}',
      '{"tx":{"body":{"messages":[]}}}',
      '{"tx":{"body":{"messages":[]},"auth_info":{"fee":{}},"signatures":[]}}',
      '{"tx":{"body":{"messages":[{"@type":"/nope.Msg"}]}}}',
      '{"tx":{"body":{"messages":[{"@type":"/cosmos.bank.v1beta1.MsgSend","nope":1}]}}}',
      '{"tx":{"body":{"messages":[{}]}}}',
      '{"tx":{"body":{"messages":1}}}',
    ].map((sent) => ({ verb: "POST", path: `${txs}/${method}`, sent })),
  ),
  ...["BROADCAST_MODE_ASYNC", "BROADCAST_MODE_BLOCK", "BROADCAST_MODE_UNSPECIFIED", "2", ""].map((mode) => ({
    verb: "POST",
    path: `${txs}/txs`,
    sent: `{"tx_bytes":"AAAA","mode":"${mode}"}`,
  })),
  { verb: "POST", path: `${txs}/txs`, sent: '{"tx_bytes":"AAAA","mode":2}' },
  { verb: "POST", path: `${txs}/txs`, sent: '{"tx_bytes":"AAAA","mode":99}' },
  { verb: "POST", path: `${txs}/txs?mode=BROADCAST_MODE_SYNC`, sent: '{"tx_bytes":"AAAA"}' },
  { verb: "POST", path: `${txs}/encode/amino`, sent: "{}" },
  { verb: "POST", path: `${txs}/decode/amino`, sent: "{}" },
  { verb: "POST", path: `${txs}/nope`, sent: "{}" },
];
