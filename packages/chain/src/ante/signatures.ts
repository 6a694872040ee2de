import {
  accountText,
  lacksBits,
  type PublicKey,
  publicKeyToAmino,
  setBits,
  signatureProblem,
  signBytesOf,
} from "@stoa/wire";
import type { Params } from "@stoa/wire/cosmos.auth.v1beta1";
import { SignMode } from "@stoa/wire/cosmos.tx.signing.v1beta1";
import type { ModeInfo } from "@stoa/wire/cosmos.tx.v1beta1";
import type { ExpectedSignature } from "../abci.ts";
import type { Context } from "../context.ts";
import { refuse, refuseUnregistered, sdkErrors } from "../errors.ts";
import type { Account } from "../modules/auth/types.ts";
import { timeNs } from "../time.ts";
import { readKey, requireSigner, signerAt, simulationKey } from "./keys.ts";
import type { AnteNeeds } from "./needs.ts";
import type { Transaction } from "./transaction.ts";

/** How far ahead an unordered transaction may time out: 10 minutes (base-chain.md §4.3). */
const maxUnorderedNs = 600_000_000_000n;
/** Extra gas of an unordered transaction, for the nonce that is kept until it times out. */
const unorderedGas = 2240n;
/** Bytes of an amino signature around its key: tag and length of both, and 64 bytes of signature. */
const simulatedSignatureBytes = 68n;
/** Bytes that the reference adds to a simulated signature for its place in the transaction. */
const simulatedOverheadBytes = 6n;

/**
 * Gas of verifying an Ethereum key's signature, whose way back to the key is plain code on every host: what chains with
 * such keys charge.
 */
const ethereumKeyGas = 21_000n;
/** Bytes of a plain key in amino: tag, length, and 33 bytes of key. */
const plainAminoKeyBytes = 38;

function countKeys(key: PublicKey): bigint {
  return key.type === "multisig" ? key.keys.reduce((sum, one) => sum + countKeys(one), 0n) : 1n;
}

/** Refuses more keys than allowed, a multisig counting as many as its members. */
export function checkSignatureCount(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  const limit = needs.params(ctx).txSigLimit;
  let count = 0n;
  for (const { publicKey } of tx.authInfo.signerInfos) {
    if (publicKey !== undefined) count += countKeys(readKey(publicKey));
    if (count > limit) refuse(sdkErrors.tooManySignatures, `signatures: ${count}, limit: ${limit}`);
  }
}

/** Charges for the size of the transaction; a simulation adds the signatures that are not there yet. */
export function chargeForSize(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  const params = needs.params(ctx);
  ctx.gas.consume(BigInt(tx.bytes.length) * params.txSizeCostPerByte, "txSize");
  if (!ctx.simulate) return;
  tx.signers.forEach((address, i) => {
    if ((tx.signatures[i]?.length ?? 0) > 0) return;
    const account = needs.account(ctx, address);
    const key = account?.publicKey === undefined ? simulationKey : readKey(account.publicKey);
    const keyBytes = BigInt(publicKeyToAmino(key)?.length ?? plainAminoKeyBytes);
    const cost = keyBytes + simulatedSignatureBytes + simulatedOverheadBytes;
    const times = key.type === "multisig" ? params.txSigLimit : 1n;
    ctx.gas.consume(cost * times * params.txSizeCostPerByte, "txSize");
  });
}

function chargeForKey(ctx: Context, params: Params, key: PublicKey, info: ModeInfo | undefined): void {
  switch (key.type) {
    case "ed25519":
      ctx.gas.consume(params.sigVerifyCostEd25519, "ante verify: ed25519");
      return;
    case "secp256k1":
      ctx.gas.consume(params.sigVerifyCostSecp256k1, "ante verify: secp256k1");
      return;
    case "secp256r1":
      ctx.gas.consume(params.sigVerifyCostSecp256k1 / 2n, "ante verify: secp256r1");
      return;
    case "ethereum":
      ctx.gas.consume(ethereumKeyGas, "ante verify: eth_secp256k1");
      return;
    case "multisig": {
      if (info?.sum.case !== "multi") refuseUnregistered("expected the signatures of a multisig");
      const { bitarray, modeInfos } = info.sum.value;
      setBits(bitarray).forEach((member, place) => {
        const inner = key.keys[member];
        if (inner === undefined) throw new Error("runtime error: index out of range");
        chargeForKey(ctx, params, inner, modeInfos[place]);
      });
      // The reference goes on to bits that are not there.
      if (lacksBits(bitarray)) throw new Error("runtime error: index out of range");
    }
  }
}

/** Charges for every signature that will be verified. */
export function chargeForSignatures(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  const params = needs.params(ctx);
  tx.authInfo.signerInfos.forEach((info, i) => {
    const account = requireSigner(needs, ctx, signerAt(tx, i));
    const key = account.publicKey === undefined ? undefined : readKey(account.publicKey);
    if (key === undefined && !ctx.simulate) refuse(sdkErrors.invalidPubKey, "unrecognized public key type: <nil>");
    // A simulation does not know what key will sign: the dearest that may.
    if (key === undefined && needs.ethereumKeys(ctx)) ctx.gas.consume(ethereumKeyGas, "ante verify: eth_secp256k1");
    else chargeForKey(ctx, params, key ?? simulationKey, info.modeInfo);
  });
}

/** Checks an unordered transaction's time-out and uses it up for every signer. */
function useNonces(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  const { timeoutTimestamp } = tx.body;
  if (timeoutTimestamp === undefined || timeoutTimestamp.seconds === 0n) {
    refuse(sdkErrors.invalidRequest, "unordered transaction must have timeout_timestamp set");
  }
  const timeoutNs = timeNs(timeoutTimestamp);
  const nowNs = timeNs(ctx.block.time);
  if (timeoutNs < nowNs) {
    refuse(sdkErrors.invalidRequest, "unordered transaction has a timeout_timestamp that has already passed");
  }
  if (timeoutNs > nowNs + maxUnorderedNs) refuse(sdkErrors.invalidRequest, "unordered tx ttl exceeds 10m0s");
  ctx.gas.consume(unorderedGas, "unordered tx");
  if (ctx.simulate) return;
  for (const signer of tx.signers) {
    if (!needs.useUnorderedNonce(ctx, signer, timeoutNs)) continue;
    const text = `sender ${accountText(signer)} has already used timeout ${timeoutNs}`;
    refuse(sdkErrors.invalidRequest, `failed to add unordered nonce: ${text}`);
  }
}

function onlyAmino(info: ModeInfo | undefined): boolean {
  if (info?.sum.case === "single") return info.sum.value.mode === SignMode.LEGACY_AMINO_JSON;
  return info?.sum.case === "multi" && info.sum.value.modeInfos.every(onlyAmino);
}

function checkSequence(tx: Transaction, account: Account, sequence: bigint): void {
  if (tx.body.unordered) {
    if (sequence > 0n) refuse(sdkErrors.invalidRequest, "sequence is not allowed for unordered transactions");
  } else if (sequence !== account.sequence) {
    // Clients read this text (base-chain.md §4.3).
    const text = `account sequence mismatch, expected ${account.sequence}, got ${sequence}`;
    refuse(sdkErrors.wrongSequence, text);
  }
}

/** Sign bytes of a mode for one signer, or why the mode cannot be used. */
function signBytes(ctx: Context, tx: Transaction, account: Account, sequence: bigint) {
  const signer = {
    chainId: ctx.block.chainId,
    // Genesis transactions sign for account number 0 (base-chain.md §10).
    accountNumber: ctx.block.height === 0n ? 0n : account.number,
    sequence,
    address: account.address,
    publicKey: account.publicKey,
  };
  return (mode: SignMode) => signBytesOf(mode, tx, signer, tx.feePayer, tx.types);
}

/** Checks sequences, then signatures. A recheck and a simulation leave the signatures out. */
export function verifySignatures(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  const { signerInfos } = tx.authInfo;
  if (signerInfos.length !== tx.signers.length) {
    const counts = `expected: ${tx.signers.length}, got ${signerInfos.length}`;
    refuse(sdkErrors.unauthorized, `invalid number of signer;  ${counts}`);
  }
  if (tx.body.unordered) useNonces(needs, ctx, tx);
  signerInfos.forEach((info, i) => {
    const account = requireSigner(needs, ctx, signerAt(tx, i));
    if (!ctx.simulate && account.publicKey === undefined) {
      refuse(sdkErrors.invalidPubKey, "pubkey on account is not set");
    }
    checkSequence(tx, account, info.sequence);
    if (ctx.simulate || ctx.mode === "recheck" || account.publicKey === undefined) return;
    // The reference dereferences the missing key here (base-chain.md §4.3, step 7).
    if (info.publicKey === undefined) throw new Error("a signer info without public key");
    const documents = signBytes(ctx, tx, account, info.sequence);
    let unusable: string | undefined;
    const problem = signatureProblem({
      publicKey: readKey(account.publicKey),
      modeInfo: info.modeInfo,
      signature: tx.signatures[i] ?? new Uint8Array(),
      signBytes: (mode) => {
        const bytes = documents(mode);
        if (!bytes.ok) unusable = bytes.error;
        return bytes.ok ? bytes.value : undefined;
      },
      verifier: ctx.crypto.verifier,
      hash: ctx.crypto.hash,
    });
    if (problem !== undefined) refuseSignature(ctx, account, info.modeInfo, unusable ?? problem);
  });
}

function refuseSignature(ctx: Context, account: Account, info: ModeInfo | undefined, problem: string): never {
  const number = ctx.block.height === 0n ? 0n : account.number;
  const chain = `and chain-id (${ctx.block.chainId})`;
  const failed = "signature verification failed; please verify account number";
  if (onlyAmino(info)) {
    return refuse(sdkErrors.unauthorized, `${failed} (${number}), sequence (${account.sequence}) ${chain}`);
  }
  return refuse(sdkErrors.unauthorized, `${failed} (${number}) ${chain}: (${problem})`);
}

/** Counts the transaction for every signer; unordered ones leave the sequences alone. */
export function countSequences(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  if (tx.body.unordered) return;
  for (const signer of tx.signers) {
    const account = requireSigner(needs, ctx, signer);
    needs.setAccount(ctx, signer, { ...account, sequence: account.sequence + 1n });
  }
}

/**
 * The signatures that {@link verifySignatures} will probably ask for. The state may still change before it runs, so
 * this is a guess; single keys only.
 */
export function expectedSignatures(needs: AnteNeeds, ctx: Context, tx: Transaction): ExpectedSignature[] {
  return tx.authInfo.signerInfos.flatMap((info, i) => {
    const address = tx.signers[i];
    const signature = tx.signatures[i];
    const account = address === undefined ? undefined : needs.account(ctx, address);
    const any = account?.publicKey ?? info.publicKey;
    if (account === undefined || any === undefined || signature === undefined) return [];
    if (info.modeInfo?.sum.case !== "single") return [];
    const key = readKey(any);
    // What an Ethereum key's signature costs is found in plain code.
    if (key.type === "multisig" || key.type === "ethereum") return [];
    const withKey = { ...account, publicKey: any };
    const bytes = signBytes(ctx, tx, withKey, info.sequence)(info.modeInfo.sum.value.mode);
    if (!bytes.ok) return [];
    const digestOrMessage = key.type === "ed25519" ? bytes.value : ctx.crypto.hash.sha256(bytes.value);
    return [{ scheme: key.type, publicKey: key.key, digestOrMessage, signature }];
  });
}
