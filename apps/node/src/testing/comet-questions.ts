import { toHex } from "@cosmjs/encoding";
import type { Comet38Client } from "@cosmjs/tendermint-rpc";

/** What the questions are about: a transaction that is in a block, and three that are not yet sent. */
export interface CometSubject {
  readonly height: number;
  readonly hash: Uint8Array;
  readonly toSync: Uint8Array;
  readonly toAsync: Uint8Array;
  readonly toCommit: Uint8Array;
}

const textOf = async (refused: Promise<unknown>): Promise<string> => {
  const problem = await refused.then(
    () => "answered",
    (error: unknown) => String(error),
  );
  return /"data":\s*"((?:[^"\\]|\\.)*)"/.exec(problem)?.[1] ?? problem;
};

/** Asks all reading methods about blocks that are made; the answers say nothing of when or how they were asked. */
export async function readEverything(client: Comet38Client, { height, hash }: CometSubject): Promise<unknown> {
  const query = `tx.hash='${toHex(hash).toUpperCase()}'`;
  const { data, lastBlockHeight } = await client.abciInfo();
  const { nodeInfo, validatorInfo, syncInfo } = await client.status();
  const pool = await client.numUnconfirmedTxs();
  const balance = { path: "/cosmos.bank.v1beta1.Query/Params", data: new Uint8Array(), height };
  return {
    health: await client.health(),
    info: [data, (lastBlockHeight ?? 0) >= height],
    status: [nodeInfo, validatorInfo, syncInfo.catchingUp, syncInfo.latestBlockHeight >= height],
    pool: [pool.total, pool.totalBytes],
    genesis: await client.genesis(),
    query: await client.abciQuery(balance),
    block: await client.block(height),
    latest: (await client.block()).block.header.chainId,
    results: await client.blockResults(height),
    latestResults: (await client.blockResults()).height >= height,
    commit: await client.commit(height),
    latestCommit: (await client.commit()).header.height >= height,
    chain: (await client.blockchain(1, height)).blockMetas,
    blocks: await client.blockSearch({ query: `block.height=${height}`, page: 1, per_page: 1, order_by: "asc" }),
    allBlocks: (await client.blockSearchAll({ query: `block.height<=${height}` })).blocks.length,
    tx: await client.tx({ hash, prove: true }),
    txs: await client.txSearch({ query, prove: true, page: 1, per_page: 100, order_by: "desc" }),
    allTxs: await client.txSearchAll({ query: `tx.height<=${height}`, per_page: 1 }),
    validators: await client.validators({ height, page: 1, per_page: 1 }),
    allValidators: await client.validatorsAll(height),
    refused: [
      await textOf(client.tx({ hash: new Uint8Array(32) })),
      await textOf(client.block(10_000_000)).then((text) => text.replace(/\d+$/, "N")),
      await textOf(client.blockResults(0)),
      await textOf(client.txSearch({ query: "no query" })),
      await textOf(client.validators({ height, page: 9 })),
      (await client.abciQuery({ path: "/nothing", data: new Uint8Array() })).log,
    ],
  };
}

/** Sends in all three ways; tells the codes and whether the transaction is found in the block that was named. */
export async function sendEverything(client: Comet38Client, subject: CometSubject): Promise<unknown> {
  const sync = await client.broadcastTxSync({ tx: subject.toSync });
  const again = await textOf(client.broadcastTxSync({ tx: subject.toSync }));
  const async = await client.broadcastTxAsync({ tx: subject.toAsync });
  const commit = await client.broadcastTxCommit({ tx: subject.toCommit });
  const found = await client.tx({ hash: commit.hash });
  const undecodable = await client.broadcastTxSync({ tx: Uint8Array.of(1, 2, 3) });
  const unfit = await client.broadcastTxCommit({ tx: Uint8Array.of(1, 2, 4) });
  return {
    codes: [sync.code, commit.checkTx.code, commit.txResult?.code, found.result.code, undecodable.code],
    hashes: [sync.hash.length, async.hash.length],
    log: undecodable.log,
    unfit: [unfit.checkTx.code, unfit.height],
    again,
    sameBlock: found.height === commit.height,
  };
}

/** One text for equal answers, whatever brought them. */
export function textOfAnswers(answers: unknown): string {
  const plain = (_: string, value: unknown): unknown => {
    if (typeof value === "bigint") return value.toString();
    return value instanceof Uint8Array ? toHex(value) : value;
  };
  return JSON.stringify(answers, plain);
}
