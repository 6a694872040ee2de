import type { Column } from "./print.ts";

/** A typed query as a command: which method it calls, what may be typed without a flag, and how people read the rows. */
export interface QueryRow {
  readonly words: string;
  /** `package.Service/Method`. */
  readonly method: string;
  readonly about: string;
  /** Flags that may be given as operands, in order; those in `optional` may be left out. */
  readonly operands?: readonly string[];
  readonly optional?: readonly string[];
  /** Field of the answer that holds the rows, and their columns. */
  readonly rows?: string;
  readonly columns?: readonly Column[];
  readonly example: string;
}

const bank = "cosmos.bank.v1beta1.Query";
const deployment = "akash.deployment.v1beta4.Query";
const market = "akash.market.v1beta5.Query";
const provider = "akash.provider.v1beta4.Query";
const escrow = "akash.escrow.v1.Query";
const audit = "akash.audit.v1.Query";
const authz = "cosmos.authz.v1beta1.Query";
const feegrant = "cosmos.feegrant.v1beta1.Query";
const auth = "cosmos.auth.v1beta1.Query";

const coinColumns: readonly Column[] = [
  ["AMOUNT", "amount"],
  ["DENOM", "denom"],
];
const attributeColumns: readonly Column[] = [
  ["PROVIDER", "owner"],
  ["AUDITOR", "auditor"],
  ["ATTRIBUTES", "attributes"],
];
const grantColumns: readonly Column[] = [
  ["GRANTER", "granter"],
  ["GRANTEE", "grantee"],
  ["WHAT", "authorization"],
  ["UNTIL", "expiration"],
];
const allowanceColumns: readonly Column[] = [
  ["GRANTER", "granter"],
  ["GRANTEE", "grantee"],
  ["ALLOWANCE", "allowance"],
];
const leaseKey = ["owner", "dseq", "gseq", "oseq", "provider"];
const own = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63";
const other = "akash18qa2a2ltfyvkyj0ggj3hkvuj6twzyumuaru9s4";

/** Every typed query that has words of its own; `query grpc` reaches the rest. */
export const queryTable: readonly QueryRow[] = [
  {
    words: "bank balances",
    method: `${bank}/AllBalances`,
    about: "What an account holds.",
    operands: ["address"],
    rows: "balances",
    columns: coinColumns,
    example: `stoa query bank balances ${own}`,
  },
  {
    words: "bank spendable",
    method: `${bank}/SpendableBalances`,
    about: "What an account can spend now.",
    operands: ["address"],
    rows: "balances",
    columns: coinColumns,
    example: `stoa query bank spendable ${own}`,
  },
  {
    words: "bank supply",
    method: `${bank}/TotalSupply`,
    about: "How much of each denomination there is.",
    rows: "supply",
    columns: coinColumns,
    example: "stoa query bank supply",
  },
  {
    words: "auth account",
    method: `${auth}/Account`,
    about: "An account's number, sequence and public key.",
    operands: ["address"],
    example: `stoa query auth account ${own}`,
  },
  {
    words: "auth module-accounts",
    method: `${auth}/ModuleAccounts`,
    about: "The accounts that belong to the chain's modules.",
    rows: "accounts",
    columns: [
      ["NAME", "name"],
      ["ADDRESS", "base_account.address"],
      ["NUMBER", "base_account.account_number"],
    ],
    example: "stoa query auth module-accounts",
  },
  {
    words: "auth params",
    method: `${auth}/Params`,
    about: "Limits of transactions: memo, signatures, gas of signatures.",
    example: "stoa query auth params",
  },
  {
    words: "deployment list",
    method: `${deployment}/Deployments`,
    about: "Deployments, by owner and state.",
    rows: "deployments",
    columns: [
      ["DSEQ", "deployment.id.dseq"],
      ["STATE", "deployment.state"],
      ["SINCE", "deployment.created_at"],
      ["FUNDS", "escrow_account.state.funds"],
      ["OWNER", "deployment.id.owner"],
    ],
    example: `stoa query deployment list --owner ${own} --state active`,
  },
  {
    words: "deployment get",
    method: `${deployment}/Deployment`,
    about: "One deployment with its groups and its escrow account.",
    operands: ["owner", "dseq"],
    example: `stoa query deployment get ${own} 1234`,
  },
  {
    words: "deployment group",
    method: `${deployment}/Group`,
    about: "One group of a deployment.",
    operands: ["owner", "dseq", "gseq"],
    example: `stoa query deployment group ${own} 1234 1`,
  },
  {
    words: "deployment params",
    method: `${deployment}/Params`,
    about: "The smallest deposits.",
    example: "stoa query deployment params",
  },
  {
    words: "market orders",
    method: `${market}/Orders`,
    about: "Orders, by owner, deployment and state.",
    rows: "orders",
    columns: [
      ["DSEQ", "id.dseq"],
      ["GROUP", "id.gseq"],
      ["ORDER", "id.oseq"],
      ["STATE", "state"],
      ["SINCE", "created_at"],
      ["PLACEMENT", "spec.name"],
      ["OWNER", "id.owner"],
    ],
    example: "stoa query market orders --state open",
  },
  {
    words: "market order",
    method: `${market}/Order`,
    about: "One order.",
    operands: ["owner", "dseq", "gseq", "oseq"],
    example: `stoa query market order ${own} 1234 1 1`,
  },
  {
    words: "market bids",
    method: `${market}/Bids`,
    about: "Bids, by owner, deployment, provider and state.",
    rows: "bids",
    columns: [
      ["DSEQ", "bid.id.dseq"],
      ["GROUP", "bid.id.gseq"],
      ["ORDER", "bid.id.oseq"],
      ["STATE", "bid.state"],
      ["PER BLOCK", "bid.price"],
      ["PROVIDER", "bid.id.provider"],
    ],
    example: `stoa query market bids --owner ${own} --dseq 1234`,
  },
  {
    words: "market bid",
    method: `${market}/Bid`,
    about: "One bid with its escrow account.",
    operands: leaseKey,
    example: `stoa query market bid ${own} 1234 1 1 ${other}`,
  },
  {
    words: "market leases",
    method: `${market}/Leases`,
    about: "Leases, by owner, deployment, provider and state.",
    rows: "leases",
    columns: [
      ["DSEQ", "lease.id.dseq"],
      ["GROUP", "lease.id.gseq"],
      ["STATE", "lease.state"],
      ["PER BLOCK", "lease.price"],
      ["SINCE", "lease.created_at"],
      ["CLOSED", "lease.closed_on"],
      ["REASON", "lease.reason"],
      ["PROVIDER", "lease.id.provider"],
    ],
    example: `stoa query market leases --owner ${own} --state active`,
  },
  {
    words: "market lease",
    method: `${market}/Lease`,
    about: "One lease with its payment.",
    operands: leaseKey,
    example: `stoa query market lease ${own} 1234 1 1 ${other}`,
  },
  {
    words: "market params",
    method: `${market}/Params`,
    about: "The bid deposit and the most bids that an order takes.",
    example: "stoa query market params",
  },
  {
    words: "provider list",
    method: `${provider}/Providers`,
    about: "Every provider.",
    rows: "providers",
    columns: [
      ["PROVIDER", "owner"],
      ["GATEWAY", "host_uri"],
      ["ATTRIBUTES", "attributes"],
    ],
    example: "stoa query provider list",
  },
  {
    words: "provider get",
    method: `${provider}/Provider`,
    about: "One provider.",
    operands: ["owner"],
    example: `stoa query provider get ${other}`,
  },
  {
    words: "cert list",
    method: "akash.cert.v1.Query/Certificates",
    about: "Certificates, by owner, serial and state.",
    rows: "certificates",
    columns: [
      ["SERIAL", "serial"],
      ["STATE", "certificate.state"],
    ],
    example: `stoa query cert list --owner ${own} --state valid`,
  },
  {
    words: "escrow accounts",
    method: `${escrow}/Accounts`,
    about: "Escrow accounts of deployments and bids: what is in them and what has left them.",
    rows: "accounts",
    columns: [
      ["SCOPE", "id.scope"],
      ["ACCOUNT", "id.xid"],
      ["STATE", "state.state"],
      ["FUNDS", "state.funds"],
      ["TRANSFERRED", "state.transferred"],
      ["SETTLED AT", "state.settled_at"],
    ],
    example: "stoa query escrow accounts --state open",
  },
  {
    words: "escrow payments",
    method: `${escrow}/Payments`,
    about: "Payments of leases: rate, what is due and what was withdrawn.",
    rows: "payments",
    columns: [
      ["ACCOUNT", "id.aid.xid"],
      ["PAYMENT", "id.xid"],
      ["STATE", "state.state"],
      ["RATE", "state.rate"],
      ["DUE", "state.balance"],
      ["WITHDRAWN", "state.withdrawn"],
    ],
    example: "stoa query escrow payments --state open",
  },
  {
    words: "authz grants",
    method: `${authz}/Grants`,
    about: "What one account lets another do.",
    operands: ["granter", "grantee"],
    rows: "grants",
    columns: [
      ["WHAT", "authorization"],
      ["UNTIL", "expiration"],
    ],
    example: `stoa query authz grants ${own} ${other}`,
  },
  {
    words: "authz granted-by",
    method: `${authz}/GranterGrants`,
    about: "Everything that an account lets others do.",
    operands: ["granter"],
    rows: "grants",
    columns: grantColumns,
    example: `stoa query authz granted-by ${own}`,
  },
  {
    words: "authz granted-to",
    method: `${authz}/GranteeGrants`,
    about: "Everything that an account may do for others.",
    operands: ["grantee"],
    rows: "grants",
    columns: grantColumns,
    example: `stoa query authz granted-to ${own}`,
  },
  {
    words: "feegrant allowance",
    method: `${feegrant}/Allowance`,
    about: "The fees that one account pays for another.",
    operands: ["granter", "grantee"],
    example: `stoa query feegrant allowance ${own} ${other}`,
  },
  {
    words: "feegrant granted-by",
    method: `${feegrant}/AllowancesByGranter`,
    about: "Everybody whose fees an account pays.",
    operands: ["granter"],
    rows: "allowances",
    columns: allowanceColumns,
    example: `stoa query feegrant granted-by ${own}`,
  },
  {
    words: "feegrant granted-to",
    method: `${feegrant}/Allowances`,
    about: "Everybody who pays an account's fees.",
    operands: ["grantee"],
    rows: "allowances",
    columns: allowanceColumns,
    example: `stoa query feegrant granted-to ${own}`,
  },
  {
    words: "audit list",
    method: `${audit}/AllProvidersAttributes`,
    about: "Attributes that auditors vouch for.",
    rows: "providers",
    columns: attributeColumns,
    example: "stoa query audit list",
  },
  {
    words: "audit provider",
    method: `${audit}/ProviderAttributes`,
    about: "What auditors vouch for of one provider.",
    operands: ["owner"],
    rows: "providers",
    columns: attributeColumns,
    example: `stoa query audit provider ${other}`,
  },
  {
    words: "audit auditor",
    method: `${audit}/AuditorAttributes`,
    about: "What one auditor vouches for.",
    operands: ["auditor"],
    rows: "providers",
    columns: attributeColumns,
    example: `stoa query audit auditor ${own}`,
  },
];
