/** What a provider keeps beside its leases: its certificate and the ports that it was given last. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemCode, writeFileAtomic } from "@stoa/host";
import { type NewCertificate, newCertificate } from "../gateway/certificate.ts";

export interface KeptPorts {
  readonly gateway: number;
  readonly grpc: number;
  readonly router: number;
}

/** The self-signed certificate lives as long as the reference's. */
const certificateDays = 365;
/** An older one is replaced, at a start or while the provider runs. Its serial is the time at which it was made. */
const renewDays = 300n;
const nsPerDay = 86_400_000_000_000n;

/** The kept certificate while it is young enough, else a new one for this host. */
export function ownCertificate(home: string, address: string, host: string, nowNs: bigint): NewCertificate {
  const kept = loadCertificate(home);
  if (kept !== undefined && nowNs - kept.serial < renewDays * nsPerDay) return kept;
  const made = newCertificate({ address, hosts: [host], nowNs, validDays: certificateDays });
  saveCertificate(home, made);
  return made;
}

/** `undefined` before the first start. */
function loadCertificate(home: string): NewCertificate | undefined {
  const content = readJson(join(home, "certificate.json"));
  if (content === undefined) return undefined;
  const { certificate, privateKey, publicKey, serial } = content as Record<string, string>;
  if (!certificate || !privateKey || !publicKey || !serial) return undefined;
  return { certificate, privateKey, publicKey, serial: BigInt(serial) };
}

function saveCertificate(home: string, certificate: NewCertificate): void {
  writeFileAtomic(
    join(home, "certificate.json"),
    JSON.stringify({ ...certificate, serial: String(certificate.serial) }),
  );
}

export function loadPorts(home: string): Partial<KeptPorts> {
  return (readJson(join(home, "ports.json")) ?? {}) as Partial<KeptPorts>;
}

export function savePorts(home: string, ports: KeptPorts): void {
  writeFileAtomic(join(home, "ports.json"), JSON.stringify(ports));
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    if (systemCode(cause) === "ENOENT" || cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
