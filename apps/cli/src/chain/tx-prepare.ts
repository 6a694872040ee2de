/** Messages whose fields come from elsewhere: an SDL, the chain, a new certificate. */
import type { JsonValue } from "@bufbuild/protobuf";
import { fromHex, toBase64, utf8 } from "@stoa/std";
import { toProtoJson } from "@stoa/wire";
import { DeploymentReclamationSchema } from "@stoa/wire/akash.deployment.v1";
import { GroupSpecSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { Query as MarketQuery, OrderSchema } from "@stoa/wire/akash.market.v1beta5";
import { typeByUrl } from "@stoa/wire/registry";
import { CliError, exitCodes } from "../command.ts";
import { newClientCertificate } from "../keys/client-certificate.ts";
import { measureBlockInterval } from "../tenant/block-time.ts";
import { ceilingPrice, compileForDeploy, defaultDeposit } from "../tenant/deploy.ts";
import { readSdlFile } from "../tenant/sdl-file.ts";
import { atPath, putJson } from "./field-flags.ts";
import type { TxDraft } from "./tx-draft.ts";

function jsonOf(result: { ok: true; value: JsonValue } | { ok: false; error: Error }): JsonValue {
  if (result.ok) return result.value;
  throw result.error;
}

function hashJson(versionHash: string): string {
  return toBase64(fromHex(versionHash) ?? new Uint8Array());
}

/** MsgCreateDeployment out of an SDL; the sequence number is the height unless it was given. */
export async function freeDeployment(draft: TxDraft): Promise<void> {
  const { json, invocation, connection, signer } = draft;
  const file = invocation.operands[0] as string;
  const { compiled, notice } = compileForDeploy(file, readSdlFile(file), "go");
  if (notice !== undefined) process.stderr.write(`${notice}\n`);
  const groups = (compiled.groups ?? []).map((group) => jsonOf(toProtoJson(GroupSpecSchema, group, typeByUrl)));
  json.groups = groups;
  json.hash = hashJson(compiled.versionHash);
  if (compiled.reclamation !== undefined)
    json.reclamation = jsonOf(toProtoJson(DeploymentReclamationSchema, compiled.reclamation, typeByUrl));
  if (atPath(json, "id.dseq") === undefined)
    putJson(json, ["id", "dseq"], String((await connection.client.status()).height));
  putJson(json, ["id", "owner"], signer);
  if (atPath(json, "deposit.amount") === undefined) {
    const amount = defaultDeposit(compiled, await measureBlockInterval(connection.client));
    putJson(json, ["deposit", "amount"], { amount: String(amount), denom: ceilingPrice(compiled).denom });
  }
}

/** MsgUpdateDeployment's hash out of an SDL. */
export function newVersion({ json, invocation }: TxDraft): void {
  const file = invocation.operands[1] as string;
  json.hash = hashJson(compileForDeploy(file, readSdlFile(file), "go").compiled.versionHash);
}

/** MsgAccountDeposit's account of a deployment. */
export function depositAccount({ json, invocation, signer }: TxDraft): void {
  const dseq = invocation.operands[0] as string;
  json.id = { scope: "deployment", xid: `${invocation.text("owner") ?? signer}/${dseq}` };
}

/** A bid that offers what the order asks for. */
export async function defaultOffer({ json, connection }: TxDraft): Promise<void> {
  if (json.resources_offer !== undefined) return;
  const part = (name: string): string => String(atPath(json, `id.${name}`) ?? "");
  const id = {
    owner: part("owner"),
    dseq: BigInt(part("dseq")),
    gseq: Number(part("gseq")),
    oseq: Number(part("oseq")),
  };
  const { order } = await connection.client.query(MarketQuery.method.order, { id });
  const shown = order === undefined ? {} : jsonOf(toProtoJson(OrderSchema, order, typeByUrl));
  const units = atPath(shown, "spec.resources");
  if (!Array.isArray(units)) return;
  json.resources_offer = units.map((unit) => ({
    resources: atPath(unit, "resource") ?? {},
    count: atPath(unit, "count") ?? 1,
  }));
}

/** A new client certificate: its key goes into the home before anything is sent. */
export function certificateToPublish({ json, invocation, connection, signer }: TxDraft): void {
  const days = Number(invocation.text("days"));
  if (!Number.isInteger(days) || days < 1 || days > 3650)
    throw new CliError("usage", "--days is a whole number from 1 to 3650", { exitCode: exitCodes.usage });
  const made = newClientCertificate(signer, days);
  const { certificate, privateKey } = made;
  const file = connection.keys.saveCertificate(signer, { certificate, privateKey });
  process.stderr.write(`the certificate and its key are in ${file}\n`);
  json.cert = toBase64(utf8(made.certificate));
  json.pubkey = toBase64(utf8(made.publicKey));
}
