/** What a machine has and what its runtime can do, as data. */

/** One GPU, its own row in the inventory. */
export interface GpuDevice {
  /** The driver's identity of the device (UUID). */
  readonly id: string;
  readonly vendor: string;
  /** Market name of the model, lower case: `a100`, `rtx4090`. */
  readonly model: string;
  readonly memoryBytes: number;
  /** `pcie`, `sxm` or "" when unknown. */
  readonly interface: string;
  readonly pciAddress: string;
  /** The vendor's number of the model, four hexadecimal digits, such as `20b2`; "" when unknown. */
  readonly productId: string;
  readonly driverVersion: string;
}

/** What the machine has in all, before any lease. */
export interface Capacity {
  readonly node: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly gpus: readonly GpuDevice[];
  /** Bytes of each persistent storage class. */
  readonly storageClasses: Readonly<Record<string, number>>;
}

/** What a runtime can do; orders that need more are declined. */
export interface Features {
  readonly udp: boolean;
  readonly replicas: boolean;
  readonly persistentVolumes: boolean;
  readonly leasedIps: boolean;
  readonly gpu: boolean;
  readonly registryCredentials: boolean;
}
