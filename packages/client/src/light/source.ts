/** One node as a source of blocks with their signatures: nothing that it says is believed here. */
import { type LightBlock, maxTotalPower, type Validator, ValidatorSet } from "@stoa/consensus";
import type { Hash } from "@stoa/std";
import type { JsonObject, JsonRpc } from "../chain/json-rpc.ts";
import { maxValidators, readSignedHeader, readValidators } from "./comet-json.ts";
import { LightError } from "./errors.ts";
import { JsonValue } from "./json-value.ts";

/** Validators that one call answers at most (base-chain.md §5.3). */
const pageValidators = 100;

/** Calls a method; the answer's path in messages begins with the method's name. */
export async function ask(rpc: JsonRpc, method: string, params: JsonObject): Promise<JsonValue> {
  return new JsonValue(await rpc.call(method, params), method);
}

/** The block of a height, or the newest, with its commit and the whole set that signed it. */
export async function fetchLightBlock(rpc: JsonRpc, hash: Hash, height?: bigint): Promise<LightBlock> {
  const asked = height === undefined ? {} : { height: String(height) };
  const signed = readSignedHeader(await ask(rpc, "commit", asked));
  const at = signed.header.height;
  if (height !== undefined && at !== height) {
    throw new LightError("unproven", `height ${height} was asked for, the answer is of height ${at}`);
  }
  const validators: Validator[] = [];
  for (let page = 1, total = 1; validators.length < total; page++) {
    const answer = await ask(rpc, "validators", {
      height: String(at),
      page: String(page),
      per_page: String(pageValidators),
    });
    const stated = answer.field("block_height").int64();
    if (stated !== at) throw new LightError("unproven", `validators of height ${at} were asked for, not of ${stated}`);
    total = Number(answer.field("total").int64());
    if (total < 1 || total > maxValidators) answer.field("total").refuse(`between 1 and ${maxValidators} validators`);
    const found = readValidators(hash, answer);
    // A node that hands out a few at a time would keep its client for days.
    const due = Math.min(pageValidators, total - validators.length);
    if (found.length !== due) answer.field("validators").refuse(`a page of ${due} validators`);
    validators.push(...found);
  }
  const power = validators.reduce((sum, one) => sum + one.power, 0n);
  if (power > maxTotalPower) throw new LightError("malformed", `the validators' power ${power} is above the cap`);
  return { ...signed, validators: new ValidatorSet(validators) };
}
