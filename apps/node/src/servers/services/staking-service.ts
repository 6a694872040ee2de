import { create, type JsonValue } from "@bufbuild/protobuf";
import type { Validator as EngineValidator } from "@stoa/consensus";
import { Dec, equalBytes, toHexUpper } from "@stoa/std";
import {
  decodeBech32,
  fromProtoJson,
  parseValidator,
  publicKeyToAny,
  validatorPrefix,
  validatorText,
} from "@stoa/wire";
import { BondStatus, type Params, ParamsSchema, Query } from "@stoa/wire/cosmos.staking.v1beta1";
import { typeByUrl } from "@stoa/wire/registry";
import { storePage } from "./page-numbers.ts";
import type { ServiceContext } from "./service-context.ts";
import { ServiceError } from "./service-error.ts";
import { type ServiceMethod, serve } from "./service-table.ts";

/** Tokens behind one unit of voting power. */
const tokensPerPower = 1_000_000n;

/** The reference's defaults with its bond denomination; what the genesis names goes first. */
const defaultParams: JsonValue = {
  unbonding_time: "1814400s",
  max_validators: 100,
  max_entries: 7,
  historical_entries: 10_000,
  bond_denom: "uakt",
  min_commission_rate: "0.000000000000000000",
};

function isObject(value: unknown): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Staking's parameters as the genesis names them: no module changes them yet. */
function paramsOf({ genesis }: ServiceContext): Params {
  const state = isObject(genesis.appStateJson) ? genesis.appStateJson.staking : undefined;
  const named = isObject(state) ? state.params : undefined;
  const read = fromProtoJson(ParamsSchema, isObject(named) ? named : defaultParams, typeByUrl);
  if (!read.ok) throw new ServiceError("Internal", `staking parameters in the genesis: ${read.error.message}`);
  return create(ParamsSchema, read.value);
}

/** How a validator is called; clients show it, so it is never empty. `own` is the address of this node's. */
function monikerOf({ genesis, identity }: ServiceContext, { publicKey, address }: EngineValidator, own: Uint8Array) {
  const named = genesis.validators.find((each) => equalBytes(each.publicKey.bytes, publicKey.bytes))?.name ?? "";
  if (named !== "") return named;
  return equalBytes(address, own) ? identity.moniker : toHexUpper(address);
}

/** A validator of the engine in staking's form: its power is its bond, since nobody can delegate yet. */
function validatorMessage(context: ServiceContext, validator: EngineValidator, own: Uint8Array) {
  const { genesis } = context;
  const tokens = validator.power * tokensPerPower;
  const key = validator.publicKey;
  const zero = Dec.zero.toWire();
  return {
    operatorAddress: validatorText(validator.address),
    consensusPubkey: publicKeyToAny({ type: key.type, key: key.bytes }),
    jailed: false,
    status: BondStatus.BONDED,
    tokens: tokens.toString(),
    delegatorShares: Dec.fromInt(tokens).toWire(),
    description: { moniker: monikerOf(context, validator, own) },
    unbondingHeight: 0n,
    unbondingTime: { seconds: 0n, nanos: 0 },
    commission: {
      commissionRates: { rate: zero, maxRate: zero, maxChangeRate: zero },
      updateTime: { seconds: genesis.time / 1_000_000_000n, nanos: Number(genesis.time % 1_000_000_000n) },
    },
    minSelfDelegation: "1",
  };
}

async function validatorsAt({ engine }: ServiceContext, height: bigint): Promise<readonly EngineValidator[]> {
  return (await engine.validators(height))?.validators ?? [];
}

const statuses: ReadonlySet<string> = new Set([
  "",
  "BOND_STATUS_BONDED",
  "BOND_STATUS_UNBONDED",
  "BOND_STATUS_UNBONDING",
]);

/** An address of another kind is a logic error of the SDK's codec. */
function validatorRefusal(text: string, why: string): string {
  const decoded = decodeBech32(text);
  if (!decoded.ok || decoded.value.prefix === validatorPrefix) return why;
  const detail = `hrp does not match bech32 prefix: expected '${validatorPrefix}' got '${decoded.value.prefix}'`;
  return `codespace sdk code 35: internal logic error: ${detail}`;
}

/**
 * The part of `cosmos.staking.v1beta1.Query` that clients need to start, from the engine's validators and the genesis:
 * there is no staking module yet, so the rest is not registered.
 */
export function stakingService(context: ServiceContext): ServiceMethod[] {
  const { method } = Query;
  const ownAddress = async () => (await context.engine.status()).validator.address;
  return [
    serve(context, method.params, async () => ({ params: paramsOf(context) })),
    serve(context, method.pool, async (_, height) => {
      const power = (await validatorsAt(context, height)).reduce((sum, each) => sum + each.power, 0n);
      return { pool: { notBondedTokens: "0", bondedTokens: (power * tokensPerPower).toString() } };
    }),
    serve(context, method.validators, async ({ status, pagination }, height) => {
      if (!statuses.has(status))
        throw new ServiceError("InvalidArgument", `invalid validator status ${status.slice(0, 64)}`);
      const all = status === "" || status === "BOND_STATUS_BONDED" ? await validatorsAt(context, height) : [];
      const { shown, total } = storePage(pagination, all);
      const own = await ownAddress();
      return { validators: shown.map((each) => validatorMessage(context, each, own)), pagination: { total } };
    }),
    serve(context, method.validator, async ({ validatorAddr }, height) => {
      if (validatorAddr === "") throw new ServiceError("InvalidArgument", "validator address cannot be empty");
      const address = parseValidator(validatorAddr);
      if (!address.ok) throw new ServiceError("Unknown", validatorRefusal(validatorAddr, address.error));
      const found = (await validatorsAt(context, height)).find((each) => equalBytes(each.address, address.value));
      if (found === undefined) throw new ServiceError("NotFound", `validator ${validatorAddr} not found`);
      return { validator: validatorMessage(context, found, await ownAddress()) };
    }),
  ];
}
