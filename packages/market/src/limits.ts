const mebibyte = 1n << 20n;
const tebibyte = 1n << 40n;

/** Bounds on one resource unit (market-modules.md §3.4). No governance changes them. */
export const unitLimits = {
  cpuMinMillicores: 10n,
  cpuMaxMillicores: 384_000n,
  gpuMaxDevices: 24n,
  memoryMinBytes: mebibyte,
  memoryMaxBytes: 2n * tebibyte,
  storageMinBytes: 5n * mebibyte,
  storageMaxBytes: 32n * tebibyte,
  /** Per replica and block, in the price's own micro-unit. */
  priceMax: 10_000_000n,
} as const;

/** Bounds on the sum over a group, each unit times its count (market-modules.md §3.4). */
export const groupLimits = {
  cpuMaxMillicores: 19_200_000n,
  gpuMaxDevices: 1_200n,
  memoryMaxBytes: 100n * tebibyte,
} as const;

/**
 * Bounds that the reference declares and does not check (market-modules.md §19 M-9). The chain accepts what exceeds
 * them, as the recorded transactions demand; tools warn.
 */
export const declaredLimits = {
  countMax: 50,
  unitsPerGroupMax: 20,
  groupsMax: 20,
  groupStorageMaxBytes: 1_600n * tebibyte,
} as const;
