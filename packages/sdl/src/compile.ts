import { declaredLimitWarnings, type JsonValue, type Manifest, manifestJson, manifestVersion } from "@stoa/market";
import { type Hash, toHex } from "@stoa/std";
import type { DeploymentReclamation } from "@stoa/wire/akash.deployment.v1";
import type { GroupSpec } from "@stoa/wire/akash.deployment.v1beta4";
import { groupSpecMessages, groupSpecsJson, reclamationMessage } from "./forms.ts";
import { planGo } from "./go-compile.ts";
import type { Plan } from "./plan.ts";
import { type Problem, Problems } from "./problem.ts";
import { planTs } from "./ts-compile.ts";
import { readYaml } from "./yaml-reader.ts";

/**
 * Whose reading of SDL: `go` is the authority (node, CLI, provider libraries), `ts` the npm SDK that the web console
 * uses. Both are valid on the network; they differ in what they make of some SDLs (spec: sdl.md §12).
 */
export type SdlDialect = "go" | "ts";

export interface CompileOptions {
  readonly dialect: SdlDialect;
  readonly hash: Hash;
}

/** What an accepted SDL becomes. */
export interface CompiledSdl {
  readonly accepted: true;
  /** Group specs in node JSON. */
  readonly groupSpecs: JsonValue;
  /** The manifest's JSON, as the provider's gateway takes it. */
  readonly manifest: JsonValue;
  /** SHA-256 of the manifest, 32 bytes in hex: `MsgCreateDeployment.hash`. */
  readonly versionHash: string;
  /** The same manifest as a value. */
  readonly manifestGroups: Manifest;
  /** Group specs for `MsgCreateDeployment.groups`; absent if a price (`ts` only) does not fit the chain's decimals. */
  readonly groups?: readonly GroupSpec[];
  readonly reclamation?: DeploymentReclamation;
  /** What will be accepted here and may still trouble the deployment. */
  readonly warnings: readonly string[];
}

export interface RefusedSdl {
  readonly accepted: false;
  /** At least one; the reference stops at the first. */
  readonly problems: readonly Problem[];
}

function warningsOf(plan: Plan, groups: readonly GroupSpec[] | undefined): readonly string[] {
  if (groups === undefined) return ["a price has more than 18 places or an exponent: no chain will take it"];
  const priced = plan.groups.flatMap(({ units }) => units.map(({ denom }) => denom));
  const old = priced.includes("uakt") ? ["priced in uakt: the chain takes deployments priced in uact only"] : [];
  return [...old, ...declaredLimitWarnings(groups)];
}

/**
 * Compiles SDL text: groups for the chain, manifest for the provider, version hash. Never throws: bad text is
 * answered with problems.
 */
export function compileSdl(text: string, options: CompileOptions): CompiledSdl | RefusedSdl {
  const { dialect, hash } = options;
  const problems = new Problems();
  const yaml = readYaml(text, problems, dialect === "go");
  const plan = yaml === undefined ? undefined : dialect === "go" ? planGo(yaml.root, problems) : planTs(yaml, problems);
  if (plan === undefined || problems.any) return { accepted: false, problems: problems.list() };
  const groups = groupSpecMessages(plan.groups);
  return {
    accepted: true,
    groupSpecs: groupSpecsJson(plan.groups, dialect),
    manifest: manifestJson(plan.manifest, dialect),
    versionHash: toHex(manifestVersion(plan.manifest, hash, dialect)),
    manifestGroups: plan.manifest,
    ...(groups === undefined ? {} : { groups }),
    ...(plan.minWindowNs === undefined ? {} : { reclamation: reclamationMessage(plan.minWindowNs) }),
    warnings: warningsOf(plan, groups),
  };
}
