import { parentPort } from "node:worker_threads";
import { silentLog } from "@stoa/std";
import { createNativeVerifier } from "./native-verifier.ts";
import { recordAt, recordBytes } from "./signature-record.ts";

/*
 * A thread that verifies batches of packed signatures and answers each batch with a byte a signature: 1 for a good one. The
 * thread that asks has said already if there is no native library.
 */
const verifier = createNativeVerifier({ log: silentLog });

parentPort?.on("message", (packed: Uint8Array) => {
  const verdicts = new Uint8Array(packed.length / recordBytes);
  for (let i = 0; i < verdicts.length; i++) {
    const { publicKey, digest, signature } = recordAt(packed, i);
    verdicts[i] = verifier.verify("secp256k1", publicKey, digest, signature) ? 1 : 0;
  }
  parentPort?.postMessage(verdicts);
});
