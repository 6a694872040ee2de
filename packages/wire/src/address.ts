import { concatBytes, err, type Hash, ok, type Result, utf8 } from "@stoa/std";
import { fromBech32, toBech32 } from "./bech32.ts";
import { addressOf, type PublicKey } from "./public-key.ts";

/** Prefixes of the three kinds of addresses (market-modules.md §2.1). */
export const accountPrefix = "akash";
export const validatorPrefix = "akashvaloper";
export const consensusPrefix = "akashvalcons";

/** The longest address that the reference takes, in bytes. */
export const maxAddressBytes = 255;

/** Bech32 text of account address bytes. */
export function accountText(address: Uint8Array): string {
  return toBech32(accountPrefix, address);
}

/** Bech32 text of validator operator bytes. */
export function validatorText(address: Uint8Array): string {
  return toBech32(validatorPrefix, address);
}

/** Bech32 text of consensus address bytes. */
export function consensusText(address: Uint8Array): string {
  return toBech32(consensusPrefix, address);
}

/** Bytes of an address text with this prefix; errors are worded as the reference words them. */
export function parseAddress(text: string, prefix: string): Result<Uint8Array, string> {
  if (text.trim() === "") return err("empty address string is not allowed");
  const bytes = fromBech32(text, prefix);
  if (!bytes.ok) return bytes;
  const { length } = bytes.value;
  if (length === 0) return err("addresses cannot be empty: unknown address");
  if (length > maxAddressBytes) return err(`address max length is ${maxAddressBytes}, got ${length}: unknown address`);
  return bytes;
}

/** Bytes of an account address text. */
export function parseAccount(text: string): Result<Uint8Array, string> {
  return parseAddress(text, accountPrefix);
}

/** Bytes of a validator operator address text. */
export function parseValidator(text: string): Result<Uint8Array, string> {
  return parseAddress(text, validatorPrefix);
}

/** Bytes of a consensus address text. */
export function parseConsensus(text: string): Result<Uint8Array, string> {
  return parseAddress(text, consensusPrefix);
}

/** Account address text of a key, or an error when the key has none. */
export function accountAddress(publicKey: PublicKey, hash: Hash): Result<string, string> {
  const address = addressOf(publicKey, hash);
  return address === undefined ? err("the public key has no address") : ok(accountText(address));
}

/** Addresses of the modules that were asked for: every payment asks for several. A chain has some thirty. */
const moduleAddresses = new Map<string, Uint8Array>();
const maxKnownModules = 64;

/** Address bytes of a module account: the first 20 bytes of sha256(name) (base-chain.md §4.1). */
export function moduleAddress(name: string, hash: Hash): Uint8Array {
  const known = moduleAddresses.get(name);
  if (known !== undefined) return known.slice();
  const address = hash.sha256(utf8(name)).slice(0, 20);
  if (moduleAddresses.size < maxKnownModules) moduleAddresses.set(name, address.slice());
  return address;
}

/** 32 address bytes of a typed key (ADR-028): sha256(sha256(type) ‖ key). */
export function typedAddress(type: string, key: Uint8Array, hash: Hash): Uint8Array {
  return hash.sha256(concatBytes(hash.sha256(utf8(type)), key));
}

/** 32 address bytes of an account that a module derives from a key (ADR-028). */
export function derivedModuleAddress(module: string, key: Uint8Array, hash: Hash): Uint8Array {
  return typedAddress("module", concatBytes(utf8(module), Uint8Array.of(0), key), hash);
}

/** Address bytes of the account that holds a channel's outgoing tokens (base-chain.md §9.6). */
export function ics20EscrowAddress(port: string, channel: string, hash: Hash): Uint8Array {
  return hash.sha256(concatBytes(utf8("ics20-1"), Uint8Array.of(0), utf8(`${port}/${channel}`))).slice(0, 20);
}
