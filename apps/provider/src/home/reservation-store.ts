/** The room of leases, above all their GPUs: after a restart a lease keeps exactly the devices that it had. */
import { createHash } from "node:crypto";
import type { Reservation } from "../engine/ledger.ts";
import type { JsonFolder } from "./json-folder.ts";

export interface KeptReservation {
  readonly reservation: Reservation;
  /** When the lease was won: its manifest's deadline counts from here. Milliseconds since the Unix epoch. */
  readonly wonAtMs: number;
}

interface Written {
  readonly wonAtMs: number;
  readonly reservation: {
    readonly order: string;
    readonly cpuMilli: string;
    readonly memoryBytes: string;
    readonly diskBytes: string;
    readonly classes: Readonly<Record<string, string>>;
    readonly grants: Reservation["grants"];
  };
}

export class ReservationStore {
  readonly #folder: JsonFolder;

  constructor(folder: JsonFolder) {
    this.#folder = folder;
  }

  load(): readonly KeptReservation[] {
    return (this.#folder.load() as Written[]).map(({ wonAtMs, reservation }) => ({
      wonAtMs,
      reservation: {
        order: reservation.order,
        cpuMilli: BigInt(reservation.cpuMilli),
        memoryBytes: BigInt(reservation.memoryBytes),
        diskBytes: BigInt(reservation.diskBytes),
        classes: Object.fromEntries(Object.entries(reservation.classes).map(([name, text]) => [name, BigInt(text)])),
        grants: reservation.grants,
      },
    }));
  }

  save(kept: KeptReservation): void {
    this.#folder.save(fileName(kept.reservation.order), kept);
  }

  remove(order: string): void {
    this.#folder.remove(fileName(order));
  }
}

function fileName(order: string): string {
  return createHash("sha256").update(order).digest("hex").slice(0, 40);
}
