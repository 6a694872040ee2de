import { equalBytes, fromHex, toHex, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import type { VectorFamily } from "@stoa/test";
import { PacketSchema } from "../gen/ibc.core.channel.v1.js";
import { decode } from "./codec.ts";
import {
  formatHeight,
  identifierProblem,
  isChannelFormat,
  isClientId,
  isRevisionFormat,
  parseHeight,
  revisionOf,
} from "./ibc/identifiers.ts";
import {
  ackCommitment,
  denomHash,
  denomPath,
  denomProblem,
  errorAck,
  errorAckWithCodespace,
  ibcDenom,
  packetCommitment,
  packetProblem,
  parseAck,
  parseDenomPath,
  parseTransferData,
  resultAck,
  type TransferData,
  transferDataProblem,
  transferDataText,
} from "./ibc/packets.ts";
import * as paths from "./ibc/paths.ts";
import { checkSections, type VectorCase, type VectorCheck } from "./vector-check.ts";

const bytes = (value: unknown): Uint8Array => fromHex(value as string) as Uint8Array;

function checkPacket(check: VectorCheck, one: VectorCase): void {
  const message = decode(PacketSchema, bytes(one.packet));
  const packet = {
    ...message,
    timeoutHeight: {
      revision: message.timeoutHeight?.revisionNumber ?? 0n,
      height: message.timeoutHeight?.revisionHeight ?? 0n,
    },
  };
  check.same("data", one.data, toHex(packet.data));
  check.same("timeoutRevision", one.timeoutRevision, Number(packet.timeoutHeight.revision));
  check.same("timeoutHeight", one.timeoutHeight, Number(packet.timeoutHeight.height));
  check.same("timeoutTimestamp", one.timeoutTimestamp, packet.timeoutTimestamp.toString());
  check.same("commitment", one.commitment, toHex(packetCommitment(packet, pureHash)));
  check.same("validateBasic", one.validateBasic === null, packetProblem(packet) === undefined);
}

function checkAck(check: VectorCheck, one: VectorCase): void {
  const ack = one.text === undefined ? bytes(one.bytes) : utf8(one.text as string);
  check.same("commitment", one.commitment, toHex(ackCommitment(ack, pureHash)));
  if (one.text === undefined) return;
  const parsed = parseAck(ack);
  if (!parsed.ok) {
    check.same("text", "an acknowledgement", parsed.error);
    return;
  }
  check.same("success", one.success, parsed.value.success);
  if (parsed.value.success) {
    check.same("text", one.text, resultAck(parsed.value.result));
    return;
  }
  const plain = /^ABCI code: ([0-9]+):/.exec(parsed.value.error);
  const named = /^ABCI error: ([a-z]+)\/([0-9]+):/.exec(parsed.value.error);
  const text =
    plain === null ? errorAckWithCodespace(named?.[1] ?? "", Number(named?.[2])) : errorAck(Number(plain[1]));
  check.same("text", one.text, text);
}

function checkDenom(check: VectorCheck, one: VectorCase): void {
  const denom = parseDenomPath(one.path as string);
  check.same("base", one.base, denom.base);
  check.same(
    "trace",
    one.trace,
    denom.trace.map((hop) => [hop.port, hop.channel]),
  );
  check.same("isNative", one.isNative, denom.trace.length === 0);
  check.same("ibcDenom", one.ibcDenom, ibcDenom(denom, pureHash));
  check.same("hash", one.hash, denomHash(denom, pureHash));
  check.same("fullPath", one.fullPath, denomPath(denom));
  check.same("validate", one.validate === null, denomProblem(denom) === undefined);
}

function checkPaths(check: VectorCheck, one: VectorCase): void {
  const [client, port, channel] = [one.client as string, one.port as string, one.channel as string];
  const sequence = BigInt(one.sequence as number);
  const height = parseHeight(one.height as string);
  if (!height.ok) {
    check.same("height", one.height, height.error);
    return;
  }
  check.same("clientState", one.clientState, paths.clientStatePath(client));
  check.same("consensusState", one.consensusState, paths.consensusStatePath(client, height.value));
  check.same("connectionPath", one.connectionPath, paths.connectionPath(one.connection as string));
  check.same("channelEnd", one.channelEnd, paths.channelEndPath(port, channel));
  check.same("nextSequenceSend", one.nextSequenceSend, paths.nextSequenceSendPath(port, channel));
  check.same("nextSequenceRecv", one.nextSequenceRecv, paths.nextSequenceRecvPath(port, channel));
  check.same("nextSequenceAck", one.nextSequenceAck, paths.nextSequenceAckPath(port, channel));
  check.same("commitment", one.commitment, paths.packetCommitmentPath(port, channel, sequence));
  check.same("ack", one.ack, paths.packetAckPath(port, channel, sequence));
  check.same("receipt", one.receipt, paths.packetReceiptPath(port, channel, sequence));
  check.same("processedTime", one.processedTime, paths.processedTimePath(height.value));
  check.same("processedHeight", one.processedHeight, paths.processedHeightPath(height.value));
  check.same("iterationKey", one.iterationKey, toHex(paths.iterateConsensusStatesKey(height.value)));
}

function checkChainId(check: VectorCheck, one: VectorCase): void {
  const chainId = one.chainId as string;
  check.same("isRevisionFormat", one.isRevisionFormat, isRevisionFormat(chainId));
  check.same("revision", one.revision, revisionOf(chainId)?.toString());
}

function checkHeightOrIdentifier(check: VectorCheck, one: VectorCase): void {
  if (one.text !== undefined) {
    const height = parseHeight(one.text as string);
    check.same("error", one.error === null, height.ok);
    check.same("height", one.height, height.ok ? formatHeight(height.value) : "0-0");
    return;
  }
  const id = one.identifier as string;
  for (const kind of ["port", "channel", "connection", "client"] as const) {
    check.same(kind, one[kind] === null, identifierProblem(kind, id) === undefined);
  }
  check.same("isChannelFormat", one.isChannelFormat, isChannelFormat(id));
  check.same("isValidClientId", one.isValidClientId, isClientId(id));
}

function checkPacketData(check: VectorCheck, one: VectorCase): void {
  const text = transferDataText(one as unknown as TransferData);
  check.same("packetDataText", one.packetDataText, text);
  check.same(
    "validateBasic",
    one.validateBasic === null,
    transferDataProblem(one as unknown as TransferData) === undefined,
  );
  const back = parseTransferData(utf8(text));
  check.same("parses back", true, back.ok && equalBytes(utf8(transferDataText(back.value)), utf8(text)));
}

/** Commitments, denominations, paths, heights and acknowledgements: `lib/ibc.json`. */
export const ibcVectors: VectorFamily = {
  file: "lib/ibc.json",
  check: (text) =>
    checkSections(text, {
      packets: checkPacket,
      acknowledgements: checkAck,
      denoms: checkDenom,
      paths: checkPaths,
      chainIds: checkChainId,
      heightsAndIdentifiers: checkHeightOrIdentifier,
      packetData: checkPacketData,
    }),
};
