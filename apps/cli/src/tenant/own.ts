import type { ClientIdentity } from "@stoa/host";
import { CliError, exitCodes, type Invocation, type OptionSpec } from "../command.ts";
import { addressOfKey, privateKeyOf } from "../keys/key-store.ts";
import type { Connection } from "./connection.ts";
import { TenantGateway } from "./gateway.ts";

/** The address of the key that the options name, if there is one. */
export function knownAddress(connection: Connection, invocation: Invocation): string | undefined {
  const name = invocation.text("key") ?? "tenant";
  return connection.keys.list().find((key) => key.name === name)?.address;
}

/** The address of the key that the options name, without opening it. Throws {@link CliError} without such a key. */
export function ownAddress(connection: Connection, invocation: Invocation): string {
  const name = invocation.text("key") ?? "tenant";
  const address = knownAddress(connection, invocation);
  if (address !== undefined) return address;
  throw new CliError("no_such_key", `there is no key ${name} in ${connection.paths.keys}`, {
    hint: "stoa keys list shows what there is; --key NAME chooses one",
  });
}

/** A deployment's number from the command line. */
export function parseDseq(text: string): bigint {
  if (/^[1-9][0-9]{0,19}$/.test(text)) return BigInt(text);
  throw new CliError("usage", `not a deployment's number: ${text}`, {
    hint: "stoa status lists your deployments by number (DSEQ)",
    exitCode: exitCodes.usage,
  });
}

/** Options of the commands that speak to gateways. */
export const gatewayOptions: Readonly<Record<string, OptionSpec>> = {
  mtls: { type: "boolean", about: "shows the certificate of tx cert publish in the place of a token" },
};

function ownIdentity(connection: Connection, address: string): ClientIdentity {
  const identity = connection.keys.certificate(address);
  if (identity !== undefined) return identity;
  throw new CliError("no_certificate", `no certificate of ${address} is kept in ${connection.paths.keys}`, {
    hint: "stoa tx cert publish makes one",
  });
}

/** The tenant's side of the gateways, signed with the key that the options name. */
export function ownGateway(connection: Connection, invocation: Invocation): TenantGateway {
  const key = privateKeyOf(connection.keys.secret(invocation.text("key") ?? "tenant"));
  if (!invocation.flag("mtls")) return new TenantGateway(connection.client, key);
  return new TenantGateway(connection.client, key, ownIdentity(connection, addressOfKey(key)));
}
