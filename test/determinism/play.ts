/** Plays the block stream of stdin with native or pure crypto and prints what came of each block. */
import { readFileSync } from "node:fs";
import { createNativeVerifier, nativeHash } from "@stoa/host";
import { fromHex, silentLog } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { playStream } from "./stream.ts";

const native = process.argv[2] === "native";
const hex = JSON.parse(readFileSync(0, "utf8")) as string[][];
const stream = hex.map((txs) => txs.map((tx) => fromHex(tx) ?? new Uint8Array()));
const crypto = native
  ? { hash: nativeHash, verifier: createNativeVerifier({ log: silentLog }) }
  : { hash: pureHash, verifier: pureVerifier };
// What a program must not depend on, said along with the result, so that the test sees that it did differ.
const surroundings = [new Date(0).toString(), Intl.DateTimeFormat().resolvedOptions().locale];
process.stdout.write(JSON.stringify({ surroundings, lines: playStream(stream, crypto) }));
