/** Where our REST answers otherwise than the recorded one, on purpose. */
export interface RestDeviation {
  /** Which paths it is about. */
  readonly about: RegExp;
  /** Path within the answer; `*` is the whole answer of a service that is not there: ours must be 501. */
  readonly path: string;
  readonly reason: string;
}

const notThere = "The module is not there yet, so that its service is not registered.";
const noStaking = "There is no staking module yet: only what clients need to start is served, from true state.";
const modules =
  "akash/(bme|downtime-detector|epochs|oracle|take|wasm)|cosmos/(distribution|epochs|evidence|gov|mint|params|slashing|upgrade)|cosmwasm|ibc";
const stakingRest = "(delegations|delegators|historical_info)/|validators/[^/?]+/.";

export const serviceDeviations: readonly RestDeviation[] = [
  { about: new RegExp(`^/(${modules})/`), path: "*", reason: notThere },
  { about: new RegExp(`^/cosmos/staking/v1beta1/(${stakingRest})`), path: "*", reason: noStaking },
];

/** A service or a method that the recorded node has on gRPC and ours has not. */
export interface GrpcAbsence {
  /** `package.Service`, or `package.Service/Method`. */
  readonly name: string;
  readonly reason: string;
}

const absentServices = [
  "akash.bme.v1.Query",
  "akash.epochs.v1beta1.Query",
  "akash.oracle.v2.Query",
  "cosmos.distribution.v1beta1.Query",
  "cosmos.evidence.v1beta1.Query",
  "cosmos.gov.v1.Query",
  "cosmos.gov.v1beta1.Query",
  "cosmos.mint.v1beta1.Query",
  "cosmos.params.v1beta1.Query",
  "cosmos.slashing.v1beta1.Query",
  "cosmos.upgrade.v1beta1.Query",
  "ibc.applications.transfer.v1.Query",
  "ibc.core.channel.v1.Query",
  "ibc.core.channel.v2.Query",
  "ibc.core.client.v1.Query",
  "ibc.core.client.v2.Query",
  "ibc.core.connection.v1.Query",
];

const stakingMethods = [
  "Delegation",
  "DelegatorDelegations",
  "DelegatorUnbondingDelegations",
  "DelegatorValidator",
  "DelegatorValidators",
  "HistoricalInfo",
  "Redelegations",
  "UnbondingDelegation",
  "ValidatorDelegations",
  "ValidatorUnbondingDelegations",
];

const noWasm = "CosmWasm is not built: its messages decode and are refused, its services are not registered.";
const noAutocli =
  "It tells the reference's own command line how to print; ours and others have their tables compiled in.";
const noAmino = "Amino's binary form of transactions is asked for by none of the clients; signing needs its JSON only.";

export const grpcAbsences: readonly GrpcAbsence[] = [
  ...absentServices.map((name) => ({ name, reason: notThere })),
  { name: "akash.wasm.v1.Query", reason: noWasm },
  { name: "cosmwasm.wasm.v1.Query", reason: noWasm },
  { name: "cosmos.autocli.v1.Query", reason: noAutocli },
  ...stakingMethods.map((name) => ({ name: `cosmos.staking.v1beta1.Query/${name}`, reason: noStaking })),
  { name: "cosmos.tx.v1beta1.Service/TxDecodeAmino", reason: noAmino },
  { name: "cosmos.tx.v1beta1.Service/TxEncodeAmino", reason: noAmino },
];
