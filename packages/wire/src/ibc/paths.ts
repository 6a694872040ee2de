import { concatBytes, uint64Be, utf8 } from "@stoa/std";
import { formatHeight, type Height } from "./identifiers.ts";

/** Paths of the store `ibc` (base-chain.md §9.1). */
export const commitmentPrefix = "ibc";

const channelPath = (port: string, channel: string): string => `ports/${port}/channels/${channel}`;
const packetPath = (port: string, channel: string, sequence: bigint): string =>
  `${channelPath(port, channel)}/sequences/${sequence}`;

export function clientStatePath(client: string): string {
  return `clients/${client}/clientState`;
}

export function consensusStatePath(client: string, height: Height): string {
  return `clients/${client}/consensusStates/${formatHeight(height)}`;
}

export function connectionPath(connection: string): string {
  return `connections/${connection}`;
}

export function channelEndPath(port: string, channel: string): string {
  return `channelEnds/${channelPath(port, channel)}`;
}

export function nextSequenceSendPath(port: string, channel: string): string {
  return `nextSequenceSend/${channelPath(port, channel)}`;
}

export function nextSequenceRecvPath(port: string, channel: string): string {
  return `nextSequenceRecv/${channelPath(port, channel)}`;
}

export function nextSequenceAckPath(port: string, channel: string): string {
  return `nextSequenceAck/${channelPath(port, channel)}`;
}

export function packetCommitmentPath(port: string, channel: string, sequence: bigint): string {
  return `commitments/${packetPath(port, channel, sequence)}`;
}

export function packetAckPath(port: string, channel: string, sequence: bigint): string {
  return `acks/${packetPath(port, channel, sequence)}`;
}

export function packetReceiptPath(port: string, channel: string, sequence: bigint): string {
  return `receipts/${packetPath(port, channel, sequence)}`;
}

/** Path within a client's own store of the time when a consensus state came. */
export function processedTimePath(height: Height): string {
  return `consensusStates/${formatHeight(height)}/processedTime`;
}

/** Path within a client's own store of our height when a consensus state came. */
export function processedHeightPath(height: Height): string {
  return `consensusStates/${formatHeight(height)}/processedHeight`;
}

/** Key within a client's own store whose order is that of the heights. */
export function iterateConsensusStatesKey(height: Height): Uint8Array {
  return concatBytes(utf8("iterateConsensusStates"), uint64Be(height.revision), uint64Be(height.height));
}
