/** The world of the recording, rebuilt: accounts, chain, leases and a running gateway over the fake runtime. */
import { createNativeVerifier, nativeHash, systemTimers } from "@stoa/host";
import { manifestVersion } from "@stoa/market";
import { fromUtf8, silentLog, utf8 } from "@stoa/std";
import type { GatewayCase } from "@stoa/test";
import { accountAddress, type OnChainCertificate, parseCertificatePem, parsePublicKeyPem } from "@stoa/wire";
import { type PrivateKey, publicKeyOf, secp256k1PrivateKey } from "@stoa/wire/wallet";
import { groupDemand } from "../engine/demand.ts";
import { Ledger } from "../engine/ledger.ts";
import { FakeRuntime } from "../runtimes/fake/fake-runtime.ts";
import { type LeaseId, leaseKey } from "../runtimes/runtime.ts";
import { type NewCertificate, newCertificate } from "./certificate.ts";
import { Gateway, type GatewayParams } from "./gateway.ts";
import { LeaseBook } from "./lease-book.ts";
import type { ChainQueries, ManagedLease } from "./ports.ts";
import { groupsOf, type RecordedDeployment, recordedDeployments } from "./recorded-manifests.vectors.ts";
import { LedgerStatus } from "./recorded-status.vectors.ts";
import { GatewayServer } from "./server.ts";

export interface RecordedIds {
  readonly dseq: Readonly<Record<string, string>>;
  readonly [account: string]: string | Readonly<Record<string, string>>;
}

interface Account {
  readonly recorded: string;
  readonly address: string;
  readonly key: PrivateKey;
}

const gib = 1024 ** 3;
const capacity = {
  node: "node1",
  cpuMilli: 16_000,
  memoryBytes: 64 * gib,
  diskBytes: 512 * gib,
  gpus: [],
  storageClasses: { beta1: 256 * gib, beta2: 256 * gib, beta3: 256 * gib },
};

/** Roles without a lease of this provider. */
const leaselessRoles = ["open", "closed"];

function accountOf(name: string, recorded: string): Account {
  const key = secp256k1PrivateKey(nativeHash.sha256(utf8(`gateway vectors: ${name}`)));
  if (!key.ok) throw new Error(key.error);
  const address = accountAddress(publicKeyOf(key.value), nativeHash);
  if (!address.ok) throw new Error(address.error);
  return { recorded, address: address.value, key: key.value };
}

function now(): bigint {
  return BigInt(Date.now());
}

export class RecordedWorld {
  readonly accounts = new Map<string, Account>();
  readonly #certificates = new Map<
    string,
    { pair: NewCertificate; owner: string; onChain: OnChainCertificate | undefined }
  >();
  readonly #deployments: readonly RecordedDeployment[];
  readonly #ledger = new Ledger(capacity);
  readonly #pending = new Set<Promise<void>>();
  readonly #runtime: FakeRuntime;
  readonly #book: LeaseBook;
  readonly #server: GatewayServer;

  constructor(ids: RecordedIds, cases: readonly GatewayCase[]) {
    for (const [name, value] of Object.entries(ids)) {
      if (typeof value === "string") this.accounts.set(name, accountOf(name, value));
    }
    this.#deployments = recordedDeployments(ids.dseq, cases);
    const missing = this.#imagesOf(["missing"]);
    const others = this.#imagesOf(Object.keys(ids.dseq).filter((role) => role !== "missing"));
    this.#runtime = new FakeRuntime({
      capacity,
      publicHost: "provider.localhost",
      hasImage: (image) => others.has(image) || !missing.has(image),
      nowMs: () => Date.now(),
    });
    this.#book = new LeaseBook({
      store: { load: async () => [], save: async () => undefined, remove: async () => undefined },
      blockedHostnames: [],
      ingressDomain: "ingress.localhost",
      publicHost: "provider.localhost",
      hash: nativeHash,
      onChange: (leases) => {
        for (const lease of leases) this.#ensure(lease);
      },
    });
    const params = this.#params();
    this.#server = new GatewayServer({
      ...params,
      gateway: new Gateway(params),
      timers: systemTimers,
      onChain: newCertificate({
        address: this.address("provider"),
        hosts: ["localhost"],
        nowNs: now() * 1_000_000n,
        validDays: 1,
      }),
    });
  }

  #imagesOf(roles: readonly string[]): ReadonlySet<string> {
    const own = this.#deployments.filter(({ role }) => roles.includes(role));
    return new Set(
      own.flatMap(({ manifest }) => manifest.flatMap(({ services }) => (services ?? []).map(({ image }) => image))),
    );
  }

  address(name: string): string {
    const account = this.accounts.get(name);
    if (account === undefined) throw new Error(`the recording names no account ${name}`);
    return account.address;
  }

  /** A text of the recording with our accounts' addresses in it. */
  translate(text: string): string {
    let out = text;
    for (const { recorded, address } of this.accounts.values()) out = out.replaceAll(recorded, address);
    return out;
  }

  #params(): GatewayParams {
    return {
      address: this.address("provider"),
      chain: this.#chain(),
      leases: this.#book,
      runtime: this.#runtime,
      status: new LedgerStatus({
        ledger: this.#ledger,
        activeOrders: () => new Set(this.#book.leases().map(({ lease }) => orderOf(lease))),
        orders: () => 1,
        deployments: () => this.#book.leases().length,
        publicHostname: "provider.localhost",
      }),
      orders: { view: () => undefined },
      version: { name: "stoa", version: "0.1.0", commit: "", runtimeVersion: process.version },
      hash: nativeHash,
      verifier: createNativeVerifier({ log: silentLog }),
      nowSeconds: () => now() / 1000n,
      log: silentLog,
      generatesHosts: true,
    };
  }

  #chain(): ChainQueries {
    const owned = (owner: string, dseq: bigint) =>
      this.#deployments.find((each) => each.dseq === dseq && this.address(each.owner) === owner);
    return {
      accountPublicKey: async (address) => {
        const known = [...this.accounts].find(
          ([name, account]) => account.address === address && name !== "neverOnChain",
        );
        return known === undefined ? undefined : publicKeyOf(known[1].key).key;
      },
      certificate: async (owner, serial) =>
        [...this.#certificates.values()].find((each) => each.owner === owner && each.pair.serial === serial)?.onChain,
      deployment: async (owner, dseq) => {
        const found = owned(owner, dseq);
        if (found === undefined) return undefined;
        return { hash: manifestVersion(found.manifest, nativeHash), groups: groupsOf(found.manifest) };
      },
      leases: async (owner, dseq) => {
        const found = owned(owner, dseq);
        return found === undefined || leaselessRoles.includes(found.role)
          ? []
          : this.#leasesOf(found).map(({ lease }) => lease);
      },
    };
  }

  #leasesOf(deployment: RecordedDeployment): readonly ManagedLease[] {
    return deployment.manifest.map((group, index) => ({
      lease: {
        owner: this.address(deployment.owner),
        dseq: deployment.dseq,
        gseq: index + 1,
        oseq: 1,
        provider: this.address("provider"),
      },
      group,
    }));
  }

  #ensure(lease: LeaseId): void {
    const reservation = this.#ledger.get(orderOf(lease));
    const workload = reservation === undefined ? undefined : this.#book.workload(lease, reservation);
    if (workload === undefined) return;
    // A workload that cannot start shows in the status, as it does behind the reference.
    const work = this.#runtime.ensure(workload).catch(() => undefined);
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  /** Waits until everything that was accepted runs. */
  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  /** Starts the gateway on a loopback port and brings the leases up. */
  async start(): Promise<number> {
    for (const deployment of this.#deployments) {
      if (deployment.role === "closed") continue;
      for (const [index, { lease }] of this.#leasesOf(deployment).entries()) {
        const spec = groupsOf(deployment.manifest)[index]?.spec;
        if (spec === undefined) continue;
        const reserved = this.#ledger.reserve(orderOf(lease), groupDemand(spec));
        if (!reserved.ok) throw new Error(reserved.shortages.map(({ message }) => message).join("; "));
      }
      if (deployment.running) await this.#book.accept(this.#leasesOf(deployment));
    }
    await this.settle();
    return this.#server.listen(0, "127.0.0.1");
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.#runtime.close();
  }

  /** The client certificate of a name, made from the words that describe it. */
  certificate(name: string, note: string): NewCertificate {
    const known = this.#certificates.get(name);
    if (known !== undefined) return known.pair;
    const owner = this.address(note.includes("other tenant") ? "otherTenant" : "tenant");
    const wrongName = /\bCN (\S+)/.exec(note)?.[1];
    const expired = /expired/.test(note);
    const day = 86_400_000_000_000n;
    const start = now() * 1_000_000n + BigInt(this.#certificates.size) - (expired ? 3n * day : 0n);
    const pair = newCertificate({ address: wrongName ?? owner, hosts: [], nowNs: start, validDays: 1 });
    // A file that says nothing of a certificate means one that is in order.
    const published =
      (note === "" || /published/.test(note)) && !/revoked|unpublished|not published|unknown to the chain/.test(note);
    this.#certificates.set(name, { pair, owner, onChain: published ? onChainOf(pair) : undefined });
    return pair;
  }
}

function onChainOf(pair: NewCertificate): OnChainCertificate {
  const certificate = parseCertificatePem(utf8(pair.certificate));
  const publicKey = parsePublicKeyPem(utf8(pair.publicKey));
  if (!certificate.ok || !publicKey.ok)
    throw new Error(`certificate of our own making: ${fromUtf8(utf8(pair.certificate))}`);
  return { certificate: certificate.value, publicKey: publicKey.value };
}

function orderOf(lease: LeaseId): string {
  return leaseKey(lease).slice(0, leaseKey(lease).lastIndexOf("/"));
}
