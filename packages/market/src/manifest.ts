import type { Attribute } from "./attributes.ts";
import type { Endpoint } from "./resources.ts";

/*
 * The manifest: what a tenant sends to its provider (spec: provider.md §6.5). Lists that Go tells apart as nil and
 * empty are `null` and `[]` here, because their JSON, and so the version hash, differs.
 */

/** An amount as decimal text: what the JSON carries. Integers, but for the `ts` dialect of SDL. */
export type ManifestValue = string;

export interface ManifestCompute {
  readonly units: ManifestValue;
  readonly attributes: readonly Attribute[];
}

export interface ManifestMemory {
  readonly size: ManifestValue;
  readonly attributes: readonly Attribute[];
}

export interface ManifestVolume extends ManifestMemory {
  readonly name: string;
}

export interface ManifestResources {
  readonly id: number;
  readonly cpu: ManifestCompute | null;
  readonly memory: ManifestMemory | null;
  readonly storage: readonly ManifestVolume[];
  readonly gpu: ManifestCompute | null;
  readonly endpoints: readonly Endpoint[] | null;
}

/** Times in milliseconds, sizes in bytes. `nextCases` empty and `proxyBufferSize` 0 are left out of the JSON. */
export interface ManifestHttpOptions {
  readonly maxBodySize: number;
  readonly readTimeout: number;
  readonly sendTimeout: number;
  readonly nextTries: number;
  readonly nextTimeout: number;
  readonly nextCases: readonly string[];
  readonly proxyBufferSize: number;
}

export interface ManifestExpose {
  readonly port: number;
  /** 0: the same as `port`. */
  readonly externalPort: number;
  readonly proto: string;
  readonly service: string;
  readonly global: boolean;
  readonly hosts: readonly string[] | null;
  readonly httpOptions: ManifestHttpOptions;
  readonly ip: string;
  readonly endpointSequenceNumber: number;
}

export interface ManifestCredentials {
  readonly host: string;
  readonly email: string;
  readonly username: string;
  readonly password: string;
}

export interface ManifestParams {
  readonly storage: readonly { readonly name: string; readonly mount: string; readonly readOnly: boolean }[] | null;
  readonly credentials?: ManifestCredentials;
  readonly permissions?: { readonly read: readonly string[] | null };
  readonly tee?: { readonly type: string; readonly attestation: boolean };
}

export interface ManifestService {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[] | null;
  readonly args: readonly string[] | null;
  readonly env: readonly string[] | null;
  readonly resources: ManifestResources;
  readonly count: number;
  readonly expose: readonly ManifestExpose[] | null;
  readonly params: ManifestParams | null;
  readonly credentials: ManifestCredentials | null;
}

export interface ManifestGroup {
  readonly name: string;
  readonly services: readonly ManifestService[] | null;
}

export type Manifest = readonly ManifestGroup[];

/** The port that the outside sees. */
export function externalPort(expose: ManifestExpose): number {
  return expose.externalPort === 0 ? expose.port : expose.externalPort;
}

/** True if the expose is served by the provider's HTTP router: global, TCP, external port 80. */
export function isIngress(expose: ManifestExpose): boolean {
  return expose.global && expose.proto === "TCP" && externalPort(expose) === 80;
}
