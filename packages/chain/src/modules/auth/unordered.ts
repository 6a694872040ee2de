import type { Context } from "../../context.ts";
import { timeNs } from "../../time.ts";
import { unorderedNonces } from "./keys.ts";

/** True if this signer has already used that time-out; otherwise it counts as used from now on. */
export function useUnorderedNonce(ctx: Context, signer: Uint8Array, timeoutNs: bigint): boolean {
  if (unorderedNonces.has(ctx, [timeoutNs, signer])) return true;
  unorderedNonces.set(ctx, [timeoutNs, signer], true);
  return false;
}

/** Forgets the nonces whose time has passed: such transactions are refused by their time-out (§4.3). */
export function forgetUnorderedNonces(ctx: Context): void {
  const now = timeNs(ctx.block.time);
  const passed = [];
  for (const { key } of unorderedNonces.scan(ctx)) {
    if (key[0] >= now) break;
    passed.push(key);
  }
  for (const key of passed) unorderedNonces.delete(ctx, key);
}
