import type { Attribute } from "@stoa/market";
import type { Place } from "./problem.ts";

/*
 * An SDL as Go's structs hold it after decoding: zero values where nothing is written, `null` where Go has nil.
 * Every part keeps the place it came from, for the problems that later rules find.
 */

export interface GoTo {
  readonly service: string;
  readonly global: boolean;
  readonly ip: string;
  readonly place: Place;
}

export interface GoHttpOptions {
  readonly maxBodySize: number;
  readonly readTimeout: number;
  readonly sendTimeout: number;
  readonly nextTries: number;
  readonly nextTimeout: number;
  readonly nextCases: readonly string[];
  readonly proxyBufferSize: number;
  readonly place: Place;
}

export interface GoExpose {
  readonly port: number;
  readonly as: number;
  readonly proto: string;
  readonly to: readonly GoTo[];
  readonly accept: readonly string[] | null;
  readonly httpOptions: GoHttpOptions;
  readonly place: Place;
}

export interface GoCredentials {
  readonly host: string;
  readonly email: string;
  readonly username: string;
  readonly password: string;
  readonly place: Place;
}

export interface GoStorageParams {
  readonly mount: string;
  readonly readOnly: boolean;
  readonly place: Place;
}

export interface GoParams {
  readonly storage: ReadonlyMap<string, GoStorageParams>;
  readonly permissions: readonly string[] | null;
  readonly tee: string;
  readonly place: Place;
}

export interface GoService {
  readonly image: string;
  readonly command: readonly string[] | null;
  readonly args: readonly string[] | null;
  readonly env: readonly string[] | null;
  readonly expose: readonly GoExpose[];
  readonly params: GoParams | null;
  readonly credentials: GoCredentials | null;
  readonly place: Place;
}

export interface GoVolume {
  readonly name: string;
  readonly size: bigint;
  readonly attributes: readonly Attribute[];
  readonly place: Place;
}

export interface GoCompute {
  readonly cpu: { readonly units: bigint; readonly attributes: readonly Attribute[] } | null;
  readonly gpu: { readonly units: bigint; readonly attributes: readonly Attribute[] } | null;
  readonly memory: bigint | null;
  readonly storage: readonly GoVolume[];
  readonly place: Place;
}

export interface GoPrice {
  readonly denom: string;
  /** Decimal text with 18 places. */
  readonly amount: string;
}

export interface GoPlacement {
  readonly attributes: readonly Attribute[];
  readonly allOf: readonly string[];
  readonly anyOf: readonly string[];
  readonly pricing: ReadonlyMap<string, GoPrice>;
  readonly place: Place;
}

export interface GoDeployment {
  readonly profile: string;
  readonly count: number;
  readonly place: Place;
}

export interface GoSdl {
  /** Which rules apply. */
  readonly version: "2.0" | "2.1";
  readonly services: ReadonlyMap<string, GoService>;
  /** Null: declared without resources. */
  readonly compute: ReadonlyMap<string, GoCompute | null>;
  readonly placement: ReadonlyMap<string, GoPlacement>;
  readonly deployment: ReadonlyMap<string, ReadonlyMap<string, GoDeployment>>;
  readonly endpoints: ReadonlyMap<string, { readonly kind: string; readonly place: Place }>;
  readonly reclamation: { readonly minWindow: string; readonly place: Place } | null;
  readonly place: Place;
}
