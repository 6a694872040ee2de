import { askHttp } from "./side.ts";

/** Where one network answers. */
export interface Network {
  readonly rpc: string;
  readonly rest: string;
  readonly grpc: string;
}

/**
 * What questions name, found in a network's own state, so that both are asked about things of the same kind. Questions
 * hold them in braces: `{tenant}`.
 */
export type Names = Readonly<Record<string, string>>;

type Tree = { readonly [key: string]: Tree } & readonly Tree[] & string;

async function read(network: Network, path: string): Promise<Tree> {
  const answer = await askHttp(network.rest, { verb: "GET", path });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text.slice(0, 200)}`);
  return JSON.parse(answer.text) as Tree;
}

function need(value: string | undefined, what: string): string {
  if (value === undefined || value === "") throw new Error(`the network has no ${what}: make one before asking`);
  return value;
}

/** A block without transactions that is not among the last. */
async function idleHeight(network: Network): Promise<string> {
  const latest = await read(network, "/cosmos/base/tendermint/v1beta1/blocks/latest");
  const tip = Number(latest.block?.header?.height);
  for (let height = tip - 5; height > 5; height--) {
    const { block } = await read(network, `/cosmos/base/tendermint/v1beta1/blocks/${height}`);
    if (block?.data?.txs?.length === 0) return String(height);
  }
  throw new Error("every block has transactions");
}

/** Looks for everything that questions name. Throws what is missing. */
export async function findNames(network: Network): Promise<Names> {
  const market = "/akash/market/v1beta5";
  const leases = await read(network, `${market}/leases/list?filters.state=active`);
  const lease = leases.leases?.[0]?.lease?.id;
  const tenant = need(lease?.owner, "active lease");
  const provider = need(lease?.provider, "active lease");
  const closed = await read(network, `${market}/leases/list?filters.owner=${tenant}&filters.state=closed`);
  const open = await read(network, `${market}/orders/list?filters.owner=${tenant}&filters.state=open`);
  const granted = await read(network, `/cosmos/authz/v1beta1/grants/granter/${tenant}`);
  const allowed = await read(network, `/cosmos/feegrant/v1beta1/issued/${tenant}`);
  const sends = encodeURIComponent(`message.sender='${tenant}' AND message.action='/cosmos.bank.v1beta1.MsgSend'`);
  const sent = await read(network, `/cosmos/tx/v1beta1/txs?query=${sends}&limit=1`);
  const validators = await read(network, "/cosmos/staking/v1beta1/validators");
  const account = await read(network, `/cosmos/auth/v1beta1/bech32/AAAAAAAAAAAAAAAAAAAAAAAAAAA=`);
  const hash = need(sent.tx_responses?.[0]?.txhash, "payment by the tenant");
  return {
    tenant,
    provider,
    leased: need(lease?.dseq, "active lease"),
    ended: need(closed.leases?.[0]?.lease?.id?.dseq, "closed lease"),
    open: need(open.orders?.[0]?.id?.dseq, "open order"),
    grantee: need(granted.grants?.[0]?.grantee, "grant by the tenant"),
    allowed: need(allowed.allowances?.[0]?.grantee, "fee allowance by the tenant"),
    nobody: need(account.address_string, "address codec"),
    operator: need(validators.validators?.[0]?.operator_address, "validator"),
    hash,
    hashBase64: Buffer.from(hash, "hex").toString("base64"),
    txHeight: need(sent.tx_responses?.[0]?.height, "payment by the tenant"),
    idle: await idleHeight(network),
  };
}

/** A text with a network's own names in it. */
export function named(text: string, names: Names): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => names[name] ?? whole);
}
