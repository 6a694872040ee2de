import { Application, createModules } from "@stoa/chain";
import {
  createNativeVerifier,
  nativeHash,
  type RememberingVerifier,
  rememberVerified,
  type SignatureWorkers,
} from "@stoa/host";
import { type Log, utf8, type Verifier } from "@stoa/std";
import type { Backend } from "@stoa/store";
import { type DecCoins, txTypesOf } from "@stoa/wire";
import { registry } from "@stoa/wire/registry";

/** Version of the interfaces that the node answers with (base-chain.md §5.6). */
export const interfaceVersion = "v2.1.0";

/** The state machine's keys in the node's database. */
export const applicationPrefix = utf8("app/");

/** Good signatures that are remembered from check to block: twice what the mempool holds. */
const maxRemembered = 10_000;

/** The verifier of a node's state machine. */
export function openVerifier(log: Log): RememberingVerifier {
  return rememberVerified(createNativeVerifier({ log }), maxRemembered);
}

/** What {@link openApplication} needs. */
export interface OpenApplicationParams {
  readonly backend: Backend;
  /** Height of the chain's first block. */
  readonly initialHeight: bigint;
  readonly minGasPrices: DecCoins;
  readonly keepVersions: number;
  readonly ignoredSections: readonly string[];
  readonly log: Log;
  /** One of its own if not given. */
  readonly verifier?: Verifier;
}

/** The state machine with every module, over what the backend holds. */
export function openApplication(params: OpenApplicationParams): Application {
  const { backend, initialHeight, minGasPrices, keepVersions, ignoredSections, log } = params;
  const crypto = { hash: nativeHash, verifier: params.verifier ?? openVerifier(log) };
  const modules = createModules(crypto);
  return Application.open({
    backend,
    crypto,
    modules,
    ante: modules.ante({ types: txTypesOf(registry), minGasPrices }),
    keepVersions: BigInt(keepVersions),
    initialHeight,
    prefix: applicationPrefix,
    version: interfaceVersion,
    ignoredSections,
  });
}

/** The engine's parameter that has signatures verified before their transactions are checked; none on one processor. */
export function checksAhead(
  chain: Application,
  workers: SignatureWorkers,
): { readonly lookAhead?: (txs: readonly Uint8Array[]) => Promise<void> } {
  if (!workers.isUseful) return {};
  return { lookAhead: (txs) => workers.check(txs.flatMap((tx) => chain.listSignatures(tx))) };
}
