/** Which devices satisfy which wish: `vendor/<v>/model/<m|*>[/ram/<q>][/interface/<i>]` (provider.md §2.4). */
import type { Attribute } from "@stoa/market";
import type { GpuDevice } from "./capacity.ts";

interface GpuWish {
  readonly vendor: string;
  readonly model: string;
  readonly ram: string;
  readonly interface: string;
}

/** `null` for a key of another form: it matches nothing. */
function parseWish(key: string): GpuWish | null {
  const parts = key.split("/");
  if (parts.length % 2 !== 0 || parts[0] !== "vendor") return null;
  const wish = { vendor: "", model: "", ram: "", interface: "" };
  for (let i = 0; i < parts.length; i += 2) {
    const name = parts[i];
    const value = parts[i + 1] ?? "";
    if (value === "") return null;
    if (name === "vendor" || name === "model" || name === "ram" || name === "interface") wish[name] = value;
    else return null;
  }
  return wish;
}

const gibibyte = 1024n ** 3n;
const mebibyte = 1024n ** 2n;

/** `80Gi` as the market writes it; whole gibibytes, as vendors name their cards. */
export function gpuRamText(bytes: number): string {
  const rounded = (BigInt(bytes) + gibibyte / 2n) / gibibyte;
  return `${rounded}Gi`;
}

/** `81920Mi` and `80Gi` mean the same card. */
function normalRam(text: string): string {
  const match = /^([0-9]{1,9})(Gi|Mi|G)$/.exec(text);
  if (match === null) return text;
  const amount = BigInt(match[1] ?? "0");
  return match[2] === "Mi" ? gpuRamText(Number(amount * mebibyte)) : `${amount}Gi`;
}

function normalInterface(text: string): string {
  const lower = text.toLowerCase();
  return lower.startsWith("sxm") ? "sxm" : lower;
}

function satisfies(device: GpuDevice, wish: GpuWish): boolean {
  if (wish.vendor !== device.vendor) return false;
  if (wish.model !== "*" && wish.model !== device.model) return false;
  if (wish.ram !== "" && normalRam(wish.ram) !== gpuRamText(device.memoryBytes)) return false;
  return wish.interface === "" || normalInterface(wish.interface) === normalInterface(device.interface);
}

/** True if any of the wishes fits; no wish means any device. */
export function deviceFits(device: GpuDevice, wants: readonly Attribute[]): boolean {
  if (wants.length === 0) return true;
  return wants.some(({ key }) => {
    const wish = parseWish(key);
    return wish !== null && satisfies(device, wish);
  });
}

/** The most exact key of a device, which a bid names so that the tenant sees what he gets. */
export function deviceKey(device: GpuDevice): string {
  const base = `vendor/${device.vendor}/model/${device.model}/ram/${gpuRamText(device.memoryBytes)}`;
  return device.interface === "" ? base : `${base}/interface/${normalInterface(device.interface)}`;
}

/** Every key under which tenants may ask for a device; a provider publishes them all (provider.md §1.4). */
export function deviceKeys(device: GpuDevice): readonly string[] {
  const model = `vendor/${device.vendor}/model/${device.model}`;
  const ram = `${model}/ram/${gpuRamText(device.memoryBytes)}`;
  const keys = [model, ram];
  if (device.interface !== "") {
    const bus = normalInterface(device.interface);
    keys.push(`${model}/interface/${bus}`, `${ram}/interface/${bus}`);
  }
  return keys;
}
