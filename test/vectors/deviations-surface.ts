/** Where our REST answers otherwise than the recorded one, on purpose. */
export interface RestDeviation {
  /** Beginning of the paths that it is about. */
  readonly about: string;
  /** Path within the answer; `*` is the whole answer of a service that is not there: ours must be 501. */
  readonly path: string;
  readonly reason: string;
}

const notThere = "The module is not there yet, so that its service is not registered.";

const absent = [
  "/akash/bme/",
  "/akash/oracle/",
  "/cosmos/distribution/",
  "/cosmos/epochs/",
  "/cosmos/evidence/",
  "/cosmos/gov/",
  "/cosmos/mint/",
  "/cosmos/params/",
  "/cosmos/slashing/",
  "/cosmos/upgrade/",
  "/cosmos/staking/v1beta1/delegations/",
  "/cosmos/staking/v1beta1/delegators/",
  "/cosmos/staking/v1beta1/validators/akashvaloper1tqzt4dlf4facnmuvlzqnvpy88sje8p7954uqgg/delegations",
];

export const serviceDeviations: readonly RestDeviation[] = absent.map((about) => ({
  about,
  path: "*",
  reason: notThere,
}));
