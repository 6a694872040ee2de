/** Reads what `nvidia-smi --query-gpu … --format=csv` prints: one device a row. */
import type { GpuDevice } from "../engine/capacity.ts";

/** The columns that we ask for, in this order. */
export const nvidiaSmiColumns = "uuid,name,memory.total,pci.bus_id,driver_version,mig.mode.current,pci.device_id";
export const nvidiaSmiArguments = [`--query-gpu=${nvidiaSmiColumns}`, "--format=csv,noheader,nounits"];

/** More devices than any machine holds; a longer answer is not what we asked for. */
export const devicesMax = 64;

const mebibyte = 1024 ** 2;

/** Devices in the order of the output. Rows that cannot be read are named in `problems` and left out. */
export function parseNvidiaSmi(output: string): { devices: GpuDevice[]; problems: string[] } {
  const devices: GpuDevice[] = [];
  const problems: string[] = [];
  for (const line of output.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const device = parseRow(line);
    if (isPartitioned(line)) problems.push(`partitioned (MIG), cannot be leased whole: ${line.slice(0, 200)}`);
    else if (device === null) problems.push(`not a device: ${line.slice(0, 200)}`);
    else if (devices.length >= devicesMax) problems.push(`more than ${devicesMax} devices`);
    else if (devices.some(({ id }) => id === device.id)) problems.push(`device ${device.id} is listed twice`);
    else devices.push(device);
  }
  return { devices, problems };
}

/** A device in MIG mode is no whole device any more. */
function isPartitioned(line: string): boolean {
  return line.split(",")[5]?.trim() === "Enabled";
}

function parseRow(line: string): GpuDevice | null {
  const [id = "", name = "", memory = "", pciAddress = "", driverVersion = "", , pciId = ""] = line
    .split(",")
    .map((part) => part.trim());
  if (!/^GPU-[0-9a-f-]{36}$/i.test(id) || name === "" || !/^[0-9]{1,9}$/.test(memory)) return null;
  return {
    id,
    vendor: "nvidia",
    model: modelName(name),
    memoryBytes: nominalMemory(Number(memory)) * mebibyte,
    interface: busOf(name),
    pciAddress: pciAddress.toLowerCase(),
    productId: productOf(pciId),
    driverVersion,
  };
}

/** The driver writes the product before the vendor: `0x20B210DE` is product 20b2 of vendor 10de. */
function productOf(pciId: string): string {
  return /^0x([0-9a-f]{4})[0-9a-f]{4}$/i.exec(pciId)?.[1]?.toLowerCase() ?? "";
}

/** What the card is sold as: the driver keeps a little of it back (an 80 GiB card reports 81,559 MiB, a 24 GiB one 24,564). */
function nominalMemory(mebibytes: number): number {
  const gibibytes = Math.round(mebibytes / 1024);
  return gibibytes * 1024;
}

/** The market's name of a model: `NVIDIA A100-SXM4-80GB` is `a100`, `NVIDIA GeForce RTX 4090` is `rtx4090`. */
export function modelName(name: string): string {
  const words = name
    .toLowerCase()
    .replace(/^nvidia\s+/, "")
    .replace(/\b(geforce|quadro|tesla|graphics|generation|laptop gpu)\b/g, " ")
    .replace(/\b\d+\s*gb\b/g, " ")
    .replace(/[-_]/g, " ")
    .replace(/\b(pcie|sxm\d?|nvl|hbm\d?e?|\d+gb|80g|40g)\b/g, " ")
    .trim();
  return words.replace(/[^a-z0-9]+/g, "");
}

function busOf(name: string): string {
  if (/sxm/i.test(name)) return "sxm";
  // Boards for servers name their bus; consumer cards have no other than PCIe.
  return "pcie";
}
