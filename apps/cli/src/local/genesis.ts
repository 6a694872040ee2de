/** Money of the local network's people, by genesis. Nobody else has any. */
export const localFunds = {
  tenant: { uakt: 10n ** 13n, uact: 10n ** 12n },
  provider: { uakt: 10n ** 10n, uact: 10n ** 9n },
} as const;

interface Funds {
  readonly uakt: bigint;
  readonly uact: bigint;
}

/** Lets accounts have Ethereum keys (docs/decisions/eip-191.md). */
export const ethereumKeysSection = { eip191: { params: { enabled: true } } } as const;

/** True if a genesis file says so. */
export function allowsEthereumKeys(genesis: string): boolean {
  const { app_state: state } = JSON.parse(genesis) as {
    readonly app_state?: { readonly eip191?: { readonly params?: { readonly enabled?: unknown } } };
  };
  return state?.eip191?.params?.enabled === true;
}

function account(address: string, number: number) {
  const type = "/cosmos.auth.v1beta1.BaseAccount";
  return { "@type": type, address, pub_key: null, account_number: String(number), sequence: "0" };
}

function balance(address: string, funds: Funds) {
  const coins = [
    { denom: "uact", amount: funds.uact.toString() },
    { denom: "uakt", amount: funds.uakt.toString() },
  ];
  return { address, coins: coins.filter((coin) => coin.amount !== "0") };
}

function metadata(base: string, unit: string, display: string, name: string) {
  return {
    description: name,
    denom_units: [
      { denom: base, exponent: 0, aliases: [] },
      { denom: `m${unit}`, exponent: 3, aliases: [] },
      { denom: unit, exponent: 6, aliases: [] },
    ],
    base,
    display,
    name,
    symbol: unit.toUpperCase(),
    uri: "",
    uri_hash: "",
  };
}

/**
 * `app_state` of a local network in the reference's form (base-chain.md §10), profile `akash`: funded accounts and the
 * reference's default parameters (market-modules.md §§4.3, 5.5).
 */
export function localAppState(
  accounts: readonly { readonly address: string; readonly funds: Funds }[],
): Record<string, unknown> {
  return {
    auth: {
      params: {
        max_memo_characters: "256",
        tx_sig_limit: "7",
        tx_size_cost_per_byte: "10",
        sig_verify_cost_ed25519: "590",
        sig_verify_cost_secp256k1: "1000",
      },
      accounts: accounts.map(({ address }, i) => account(address, i)),
    },
    authz: { authorization: [] },
    bank: {
      params: { send_enabled: [], default_send_enabled: true },
      balances: accounts.map(({ address, funds }) => balance(address, funds)),
      supply: [],
      denom_metadata: [
        metadata("uakt", "akt", "akt", "Akash Token"),
        // The reference shows the credit in its smallest unit: its command line prints the name without reckoning over.
        metadata("uact", "act", "uact", "Compute credit"),
      ],
      send_enabled: [
        { denom: "uakt", enabled: true },
        { denom: "uact", enabled: false },
      ],
    },
    feegrant: { allowances: [] },
    cert: { certificates: [] },
    provider: { providers: [] },
    audit: { providers: [] },
    deployment: {
      deployments: [],
      params: {
        min_deposits: [
          { denom: "uakt", amount: "500000" },
          { denom: "uact", amount: "500000" },
        ],
      },
    },
    market: {
      params: {
        bid_min_deposit: { denom: "uakt", amount: "500000" },
        order_max_bids: 20,
        bid_min_deposits: [
          { denom: "uact", amount: "500000" },
          { denom: "uakt", amount: "500000" },
        ],
        min_reclamation_window: "3600s",
        max_reclamation_window: "2592000s",
      },
      orders: [],
      leases: [],
      bids: [],
    },
    escrow: { accounts: [], payments: [] },
  };
}
