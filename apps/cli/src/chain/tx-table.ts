import type { OptionSpec } from "../command.ts";
import type { TxDraft } from "./tx-draft.ts";
import { allowance, authorization, readMessages } from "./tx-grants.ts";
import { certificateToPublish, defaultOffer, depositAccount, freeDeployment, newVersion } from "./tx-prepare.ts";

/** A message as a command. The signer's field is filled in; every other leaf is a flag, some are operands too. */
export interface TxRow {
  readonly words: string;
  /** Full name of the message type. */
  readonly message: string;
  readonly about: string;
  /** Flags that are given as operands, in order. */
  readonly operands?: readonly string[];
  /** How many of the last operands may be left out. */
  readonly optional?: number;
  /** True if the first operand names the key that signs. */
  readonly keyOperand?: boolean;
  /** Texts of flags that were not typed. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Leaves that are no flags here, because `prepare` fills them. */
  readonly hidden?: readonly string[];
  /** Flags and operands that `prepare` reads. */
  readonly options?: Readonly<Record<string, OptionSpec>>;
  /** Fills in what takes more than copying. */
  readonly prepare?: (draft: TxDraft) => Promise<void> | void;
  readonly example: string;
}

const other = "akash18qa2a2ltfyvkyj0ggj3hkvuj6twzyumuaru9s4";
const tenant = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63";
const deployment = "akash.deployment.v1beta4";
const market = "akash.market.v1beta5";
const firstOrder = { gseq: "1", oseq: "1" };

const depositSource: Readonly<Record<string, string>> = { "deposit-sources": "balance" };

const groupRows: readonly TxRow[] = ["close", "pause", "start"].map((word) => ({
  words: `deployment group ${word}`,
  message: `${deployment}.Msg${word.slice(0, 1).toUpperCase()}${word.slice(1)}Group`,
  about: `${{ close: "Ends a group for good.", pause: "Ends a group's lease; the group can start again.", start: "Puts a paused group's order out to bid again." }[word]}`,
  operands: ["dseq", "gseq"],
  optional: 1,
  defaults: { gseq: "1" },
  example: `stoa tx deployment group ${word} 1234 1`,
}));

const providerRows: readonly TxRow[] = ["create", "update"].map((word) => ({
  words: `provider ${word}`,
  message: `akash.provider.v1beta4.Msg${word === "create" ? "Create" : "Update"}Provider`,
  about: word === "create" ? "Registers the signer as a provider." : "Replaces what a provider registered.",
  operands: ["host-uri"],
  example: `stoa tx provider ${word} https://provider.example:8443 --attributes region=eu-west,tier=community --key provider`,
}));

/** Every message that has words of its own; `tx send` takes the rest. */
export const txTable: readonly TxRow[] = [
  {
    words: "bank send",
    message: "cosmos.bank.v1beta1.MsgSend",
    about: "Sends coins.",
    operands: ["to-address", "amount"],
    keyOperand: true,
    example: `stoa tx bank send tenant ${other} 1000000uakt`,
  },
  {
    words: "deployment create",
    message: `${deployment}.MsgCreateDeployment`,
    about: "Puts a deployment's orders out to bid; stoa deploy does this and all that follows.",
    operands: ["file"],
    defaults: depositSource,
    hidden: ["groups", "hash", "min-window"],
    options: { file: { type: "string", value: "FILE", about: "the SDL" } },
    prepare: freeDeployment,
    example: "stoa tx deployment create examples/hello/deploy.yaml --deposit 5000000uact",
  },
  {
    words: "deployment update",
    message: `${deployment}.MsgUpdateDeployment`,
    about: "Puts a new version's hash on chain; stoa update hands the manifest to the providers too.",
    operands: ["dseq", "file"],
    hidden: ["hash"],
    options: { file: { type: "string", value: "FILE", about: "the SDL" } },
    prepare: newVersion,
    example: "stoa tx deployment update 1234 deploy.yaml",
  },
  {
    words: "deployment close",
    message: `${deployment}.MsgCloseDeployment`,
    about: "Ends a deployment and its leases; what is left of the deposit comes back.",
    operands: ["dseq"],
    example: "stoa tx deployment close 1234",
  },
  ...groupRows,
  {
    words: "market bid create",
    message: `${market}.MsgCreateBid`,
    about: "Bids on an order, as a provider. Without --resources-offer the bid offers what the order asks.",
    operands: ["owner", "dseq", "price"],
    defaults: { ...firstOrder, ...depositSource, deposit: "500000uact" },
    prepare: defaultOffer,
    example: `stoa tx market bid create ${tenant} 1234 0.5uact --key provider`,
  },
  {
    words: "market bid close",
    message: `${market}.MsgCloseBid`,
    about: "Takes a bid back, or ends the lease that it became, as a provider.",
    operands: ["owner", "dseq"],
    // The chain takes a provider's reasons only, and none is not one (provider.md §1.9).
    defaults: { ...firstOrder, reason: "lease_closed_reason_unspecified" },
    example: `stoa tx market bid close ${tenant} 1234 --key provider`,
  },
  {
    words: "market lease create",
    message: `${market}.MsgCreateLease`,
    about: "Takes a bid.",
    operands: ["dseq", "provider"],
    defaults: firstOrder,
    example: `stoa tx market lease create 1234 ${other}`,
  },
  {
    words: "market lease close",
    message: `${market}.MsgCloseLease`,
    about: "Ends a lease; the order can be bid on again.",
    operands: ["dseq", "provider"],
    defaults: firstOrder,
    example: `stoa tx market lease close 1234 ${other}`,
  },
  {
    words: "market lease withdraw",
    message: `${market}.MsgWithdrawLease`,
    about: "Takes out what a lease has earned, as a provider.",
    operands: ["owner", "dseq"],
    defaults: firstOrder,
    example: `stoa tx market lease withdraw ${tenant} 1234 --key provider`,
  },
  {
    words: "escrow deposit",
    message: "akash.escrow.v1.MsgAccountDeposit",
    about: "Adds to a deployment's deposit.",
    operands: ["dseq", "deposit"],
    defaults: depositSource,
    hidden: ["scope", "xid"],
    options: {
      dseq: { type: "string", value: "N", about: "the deployment" },
      owner: { type: "string", value: "ADDRESS", about: "whose deployment (default: the signer's)" },
    },
    prepare: depositAccount,
    example: "stoa tx escrow deposit 1234 5000000uact",
  },
  ...providerRows,
  {
    words: "cert publish",
    message: "akash.cert.v1.MsgCreateCertificate",
    about: "Makes a client certificate, puts it on chain and keeps it in the home beside the key.",
    hidden: ["cert", "pubkey"],
    options: { days: { type: "string", value: "N", about: "how long it is valid", default: "365" } },
    prepare: certificateToPublish,
    example: "stoa tx cert publish --key tenant",
  },
  {
    words: "cert revoke",
    message: "akash.cert.v1.MsgRevokeCertificate",
    about: "Revokes a certificate for good.",
    operands: ["serial"],
    example: "stoa tx cert revoke 1790000000000000000",
  },
  {
    words: "authz grant",
    message: "cosmos.authz.v1beta1.MsgGrant",
    about: "Lets another account do something for the signer: generic, send or deposit.",
    operands: ["grantee", "kind"],
    hidden: ["authorization"],
    options: {
      kind: { type: "string", value: "KIND", about: "generic, send or deposit" },
      "msg-type": { type: "string", value: "URL", about: "the message that generic allows" },
      "spend-limit": { type: "string", value: "COIN,…", about: "the most that send or deposit may spend" },
      scopes: { type: "string", value: "NAME,…", about: "what deposit may pay for", default: "deployment,bid" },
    },
    prepare: authorization,
    example: `stoa tx authz grant ${other} deposit --spend-limit 50000000uact`,
  },
  {
    words: "authz revoke",
    message: "cosmos.authz.v1beta1.MsgRevoke",
    about: "Takes a grant back.",
    operands: ["grantee", "msg-type-url"],
    example: `stoa tx authz revoke ${other} /akash.escrow.v1.MsgAccountDeposit`,
  },
  {
    words: "authz exec",
    message: "cosmos.authz.v1beta1.MsgExec",
    about: "Does for another account what it granted: messages from a file, as tx send reads them.",
    operands: ["file"],
    hidden: ["msgs"],
    options: { file: { type: "string", value: "FILE", about: "the messages" } },
    prepare({ json, invocation }) {
      json.msgs = readMessages(invocation.operands[0] as string);
    },
    example: "stoa tx authz exec messages.json --key grantee",
  },
  {
    words: "feegrant grant",
    message: "cosmos.feegrant.v1beta1.MsgGrantAllowance",
    about: "Pays another account's fees.",
    operands: ["grantee"],
    hidden: ["allowance"],
    options: {
      "spend-limit": { type: "string", value: "COIN,…", about: "the most that is paid" },
      expiration: { type: "string", value: "TIME", about: "until when, RFC 3339" },
      "allowed-messages": { type: "string", value: "URL,…", about: "only for these messages" },
    },
    prepare: allowance,
    example: `stoa tx feegrant grant ${other} --spend-limit 1000000uakt`,
  },
  {
    words: "feegrant revoke",
    message: "cosmos.feegrant.v1beta1.MsgRevokeAllowance",
    about: "Stops paying another account's fees.",
    operands: ["grantee"],
    example: `stoa tx feegrant revoke ${other}`,
  },
  {
    words: "audit sign",
    message: "akash.audit.v1.MsgSignProviderAttributes",
    about: "Vouches for attributes of a provider.",
    operands: ["owner", "attributes"],
    example: `stoa tx audit sign ${other} region=eu-west,tier=community --key auditor`,
  },
  {
    words: "audit delete",
    message: "akash.audit.v1.MsgDeleteProviderAttributes",
    about: "Takes back what was vouched for; without keys all of it.",
    operands: ["owner", "keys"],
    optional: 1,
    example: `stoa tx audit delete ${other} tier --key auditor`,
  },
];
