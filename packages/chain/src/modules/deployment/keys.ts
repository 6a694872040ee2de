import type { DeploymentId, GroupId } from "@stoa/market";
import { assert } from "@stoa/std";
import { type Deployment, DeploymentSchema } from "@stoa/wire/akash.deployment.v1";
import { type Group, GroupSchema, ParamsSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { Index, Item, messageValue, TypedMap } from "../../collections.ts";
import { byteKey, textKey, tupleKey, uint32Key, uint64Key } from "../../key-codec.ts";

/** Every key of the store `deployment`. Deployments sort by owner and dseq, groups by gseq within. */
const storeName = "deployment";

export type DeploymentKey = readonly [owner: string, dseq: bigint];
export type GroupKey = readonly [owner: string, dseq: bigint, gseq: number];

export const deploymentKeyCodec = tupleKey<DeploymentKey>(textKey, uint64Key);
export const groupKeyCodec = tupleKey<GroupKey>(textKey, uint64Key, uint32Key);

export function deploymentKey(id: DeploymentId): DeploymentKey {
  return [id.owner, id.dseq];
}

export function groupKey(id: GroupId): GroupKey {
  return [id.owner, id.dseq, id.gseq];
}

/** The id of a stored object; it is always there. */
export function idOf<T>(stored: { readonly id?: T | undefined }): T {
  assert(stored.id !== undefined, "a stored deployment object has no id");
  return stored.id;
}

export const deploymentsByState = new Index<number, DeploymentKey, Deployment>({
  prefix: Uint8Array.of(0x11, 0x01),
  key: byteKey,
  of: (deployment) => deployment.state,
});

export const deployments = new TypedMap<DeploymentKey, Deployment>({
  store: storeName,
  prefix: Uint8Array.of(0x11, 0x00),
  key: deploymentKeyCodec,
  value: messageValue(DeploymentSchema),
  indexes: [deploymentsByState],
});

export const groups = new TypedMap<GroupKey, Group>({
  store: storeName,
  prefix: Uint8Array.of(0x12, 0x00),
  key: groupKeyCodec,
  value: messageValue(GroupSchema),
});

export const params = new Item({ store: storeName, key: Uint8Array.of(0x00), value: messageValue(ParamsSchema) });
