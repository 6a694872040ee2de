import {
  concatBytes,
  err,
  fromBase64,
  fromUtf8,
  type Hash,
  ok,
  parseGoInteger,
  type Result,
  toBase64,
  toHexUpper,
  uint64Be,
  utf8,
} from "@stoa/std";
import { jsonStringText } from "../json-text.ts";
import { type Height, identifierProblem, isChannelFormat, isClientId } from "./identifiers.ts";

/** What a packet's commitment covers, and what names it. */
export interface Packet {
  readonly sequence: bigint;
  readonly sourcePort: string;
  readonly sourceChannel: string;
  readonly destinationPort: string;
  readonly destinationChannel: string;
  readonly data: Uint8Array;
  readonly timeoutHeight: Height;
  /** Nanoseconds since the epoch; 0 for none. */
  readonly timeoutTimestamp: bigint;
}

/** 32 bytes that a chain stores for a packet that it sent (base-chain.md §9.2). */
export function packetCommitment(
  packet: Pick<Packet, "data" | "timeoutHeight" | "timeoutTimestamp">,
  hash: Hash,
): Uint8Array {
  const { revision, height } = packet.timeoutHeight;
  const timeouts = [uint64Be(packet.timeoutTimestamp), uint64Be(revision), uint64Be(height)];
  return hash.sha256(concatBytes(...timeouts, hash.sha256(packet.data)));
}

/** Why a packet is malformed; undefined when it is not. */
export function packetProblem(packet: Packet): string | undefined {
  const problem =
    identifierProblem("port", packet.sourcePort) ??
    identifierProblem("port", packet.destinationPort) ??
    identifierProblem("channel", packet.sourceChannel) ??
    identifierProblem("channel", packet.destinationChannel);
  if (problem !== undefined) return problem;
  if (packet.sequence === 0n) return "packet sequence cannot be 0";
  const { revision, height } = packet.timeoutHeight;
  if (revision === 0n && height === 0n && packet.timeoutTimestamp === 0n) {
    return "packet timeout height and packet timeout timestamp cannot both be 0";
  }
  return packet.data.length === 0 ? "packet data bytes cannot be empty" : undefined;
}

/** 32 bytes that a chain stores for an acknowledgement. */
export function ackCommitment(ack: Uint8Array, hash: Hash): Uint8Array {
  return hash.sha256(ack);
}

/** Acknowledgement text of a packet that was executed. */
export function resultAck(result: Uint8Array): string {
  return `{"result":${jsonStringText(toBase64(result))}}`;
}

const seeEvents = "error handling packet: see events for details";

/** Acknowledgement text of a refusal; only the code enters, because the text is state. */
export function errorAck(code: number): string {
  return `{"error":${jsonStringText(`ABCI code: ${code}: ${seeEvents}`)}}`;
}

/** Acknowledgement text of a refusal that names the codespace. */
export function errorAckWithCodespace(codespace: string, code: number): string {
  return `{"error":${jsonStringText(`ABCI error: ${codespace}/${code}: ${seeEvents}`)}}`;
}

/** An acknowledgement that was read: the result, or the error's text. */
export type Ack =
  | { readonly success: true; readonly result: Uint8Array }
  | { readonly success: false; readonly error: string };

/** Reads an acknowledgement with exactly one of `result` and `error`. */
export function parseAck(bytes: Uint8Array): Result<Ack, string> {
  const text = fromUtf8(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    return err("the acknowledgement is not JSON");
  }
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof fields.error === "string" && fields.result === undefined) {
    return ok({ success: false, error: fields.error });
  }
  const result = typeof fields.result === "string" ? fromBase64(fields.result) : undefined;
  if (result === undefined || fields.error !== undefined) return err("the acknowledgement has neither form");
  return ok({ success: true, result });
}

/** One hop of a token's way: the port and channel that it came in by. */
export interface Hop {
  readonly port: string;
  readonly channel: string;
}

/** A token by its way, newest hop first. */
export interface IbcDenom {
  readonly base: string;
  readonly trace: readonly Hop[];
}

/** Reads a full path such as `transfer/channel-0/uatom`; what is no hop belongs to the base. */
export function parseDenomPath(path: string): IbcDenom {
  const parts = path.split("/");
  const trace: Hop[] = [];
  let at = 0;
  while (parts.length > 2 && at < parts.length - 1) {
    const channel = parts[at + 1] as string;
    if (!isChannelFormat(channel) && !isClientId(channel)) break;
    trace.push({ port: parts[at] as string, channel });
    at += 2;
  }
  return { base: parts.slice(at).join("/"), trace };
}

export function denomPath(denom: IbcDenom): string {
  return [...denom.trace.flatMap((hop) => [hop.port, hop.channel]), denom.base].join("/");
}

/** Upper-case hex of the path's SHA-256. */
export function denomHash(denom: IbcDenom, hash: Hash): string {
  return toHexUpper(hash.sha256(utf8(denomPath(denom))));
}

/** The bank's name of a token: `ibc/HASH`, or the base itself for a native one. */
export function ibcDenom(denom: IbcDenom, hash: Hash): string {
  return denom.trace.length === 0 ? denom.base : `ibc/${denomHash(denom, hash)}`;
}

/** Why a token's way is malformed; undefined when it is not. */
export function denomProblem(denom: IbcDenom): string | undefined {
  if (denom.base.trim() === "") return "base denomination cannot be blank";
  for (const hop of denom.trace) {
    const problem = identifierProblem("port", hop.port) ?? identifierProblem("channel", hop.channel);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What an ICS-20 packet carries (base-chain.md §9.6). */
export interface TransferData {
  readonly denom: string;
  readonly amount: string;
  readonly sender: string;
  readonly receiver: string;
  readonly memo: string;
}

/** The packet data's JSON; an empty memo is left out. */
export function transferDataText(data: TransferData): string {
  const fields = [
    `"denom":${jsonStringText(data.denom)}`,
    `"amount":${jsonStringText(data.amount)}`,
    `"sender":${jsonStringText(data.sender)}`,
    `"receiver":${jsonStringText(data.receiver)}`,
  ];
  if (data.memo !== "") fields.push(`"memo":${jsonStringText(data.memo)}`);
  return `{${fields.join(",")}}`;
}

/** Reads packet data. Errors: no JSON object, a field that is no string. */
export function parseTransferData(bytes: Uint8Array): Result<TransferData, string> {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(bytes) ?? "");
  } catch {
    return err("the packet data is not JSON");
  }
  if (typeof value !== "object" || value === null) return err("the packet data is no JSON object");
  const fields = value as Record<string, unknown>;
  const read = (name: string): string | undefined => {
    const field = fields[name] ?? "";
    return typeof field === "string" ? field : undefined;
  };
  const [denom, amount, sender, receiver, memo] = ["denom", "amount", "sender", "receiver", "memo"].map(read);
  if (
    denom === undefined ||
    amount === undefined ||
    sender === undefined ||
    receiver === undefined ||
    memo === undefined
  ) {
    return err("a field of the packet data is no string");
  }
  return ok({ denom, amount, sender, receiver, memo });
}

/** Why packet data is refused before any state is read; undefined when it is not. */
export function transferDataProblem(data: TransferData): string | undefined {
  const amount = parseGoInteger(data.amount);
  if (amount === undefined) return `unable to parse transfer amount (${data.amount}) into an integer`;
  if (amount <= 0n) return `amount must be strictly positive: got ${amount}`;
  if (data.sender.trim() === "") return "sender address cannot be blank";
  if (data.receiver.trim() === "") return "receiver address cannot be blank";
  return denomProblem(parseDenomPath(data.denom));
}
