import { create } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import {
  attributesJson,
  type JsonDialect,
  type JsonValue,
  type ManifestCompute,
  type ManifestMemory,
  resourcesJson,
} from "@stoa/market";
import { Dec, utf8 } from "@stoa/std";
import { type DeploymentReclamation, DeploymentReclamationSchema } from "@stoa/wire/akash.deployment.v1";
import { type GroupSpec, GroupSpecSchema } from "@stoa/wire/akash.deployment.v1beta4";
import type { PlannedGroup, PlannedUnit } from "./plan.ts";

/** Price text with 18 places, or as written if no decimal of the chain holds it. */
function priceText(amount: string): string {
  return Dec.parse(amount)?.toString() ?? amount;
}

/** Group specs in node JSON, lists of requirements always there (vectors/sdl/README.md). */
export function groupSpecsJson(groups: readonly PlannedGroup[], dialect: JsonDialect): JsonValue {
  return groups.map(({ name, allOf, anyOf, attributes, units }) => ({
    name,
    requirements: {
      signed_by: { all_of: allOf, any_of: anyOf },
      attributes: attributesJson(attributes) ?? [],
    },
    resources: units.map(({ resources, count, denom, amount }) => ({
      resource: resourcesJson(resources, "go", dialect === "ts" ? [] : undefined),
      count,
      price: { denom, amount: priceText(amount) },
    })),
  }));
}

function compute({ units, attributes }: ManifestCompute) {
  return { units: { val: utf8(units) }, attributes: [...attributes] };
}

function memory({ size, attributes }: ManifestMemory) {
  return { quantity: { val: utf8(size) }, attributes: [...attributes] };
}

function unitMessage({ resources, count, denom, amount }: PlannedUnit) {
  const { id, cpu, gpu, storage, endpoints } = resources;
  const price = Dec.parse(amount);
  return {
    resource: {
      id,
      ...(cpu === null ? {} : { cpu: compute(cpu) }),
      ...(resources.memory === null ? {} : { memory: memory(resources.memory) }),
      storage: storage.map((volume) => ({ name: volume.name, ...memory(volume) })),
      ...(gpu === null ? {} : { gpu: compute(gpu) }),
      endpoints: (endpoints ?? []).map((endpoint) => ({ ...endpoint })),
    },
    count,
    price: { denom, amount: price === undefined ? "" : price.toWire() },
  };
}

/** Group specs as MsgCreateDeployment carries them; undefined if a price does not fit the chain's decimals. */
export function groupSpecMessages(groups: readonly PlannedGroup[]): readonly GroupSpec[] | undefined {
  const fits = groups.every(({ units }) => units.every(({ amount }) => Dec.parse(amount) !== undefined));
  if (!fits) return undefined;
  return groups.map(({ name, allOf, anyOf, attributes, units }) =>
    create(GroupSpecSchema, {
      name,
      requirements: {
        signedBy: { allOf: [...allOf], anyOf: [...anyOf] },
        attributes: attributes.map((attribute) => ({ ...attribute })),
      },
      resources: units.map(unitMessage),
    }),
  );
}

const nanosPerSecond = 1_000_000_000n;

/** The reclamation of MsgCreateDeployment. */
export function reclamationMessage(minWindowNs: bigint): DeploymentReclamation {
  return create(DeploymentReclamationSchema, {
    minWindow: create(DurationSchema, {
      seconds: minWindowNs / nanosPerSecond,
      nanos: Number(minWindowNs % nanosPerSecond),
    }),
  });
}
