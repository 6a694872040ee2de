import { checkAccountCertificate, parseAccount, parseCertificateSerial, type X509Certificate } from "@stoa/wire";
import { CertificateSchema, type MsgCreateCertificate, type MsgRevokeCertificate } from "@stoa/wire/akash.cert.v1";
import { requireAddress } from "../../../address.ts";
import { create } from "../../../codec.ts";
import type { Context, CryptoPorts } from "../../../context.ts";
import { refuse, sdkErrors } from "../../../errors.ts";
import { certErrors } from "../errors.ts";
import { type CertKey, certStates, certs, maxSerialBytes, serialBytes } from "../keys.ts";

/** MsgCreateCertificate and MsgRevokeCertificate (market-modules.md §12). */

function requireCertificate(crypto: CryptoPorts, msg: MsgCreateCertificate): X509Certificate {
  const checked = checkAccountCertificate(msg.owner, { certificate: msg.cert, publicKey: msg.pubkey }, crypto);
  if (checked.ok) return checked.value;
  const { kind, detail } = checked.error;
  const error = kind === "publicKey" ? certErrors.invalidPubkeyValue : certErrors.invalidCertificateValue;
  return refuse(error, detail === "" ? undefined : detail);
}

export function checkCreateCertificate(crypto: CryptoPorts, msg: MsgCreateCertificate): void {
  if (!parseAccount(msg.owner).ok) {
    refuse(sdkErrors.invalidAddress, "MsgCreateCertificate: Invalid Owner Address");
  }
  requireCertificate(crypto, msg);
}

export function applyCreateCertificate(ctx: Context, msg: MsgCreateCertificate): Record<string, never> {
  const certificate = requireCertificate(ctx.crypto, msg);
  const serial = serialBytes(certificate.serial);
  if (serial.length > maxSerialBytes) refuse(certErrors.invalidSerialNumber);
  const key: CertKey = [requireAddress(msg.owner, "owner"), serial];
  if (certs.has(ctx, key)) refuse(certErrors.certificateExists);
  certs.set(ctx, key, create(CertificateSchema, { state: certStates.valid, cert: msg.cert, pubkey: msg.pubkey }));
  return {};
}

function requireKey(msg: MsgRevokeCertificate): CertKey {
  const owner = parseAccount(msg.id?.owner ?? "");
  if (!owner.ok) refuse(sdkErrors.invalidAddress, "MsgRevoke: Invalid Owner Address");
  const serial = parseCertificateSerial(msg.id?.serial ?? "");
  if (serial === undefined) refuse(certErrors.invalidSerialNumber);
  return [owner.value, serialBytes(serial)];
}

export function checkRevokeCertificate(msg: MsgRevokeCertificate): void {
  requireKey(msg);
}

export function applyRevokeCertificate(ctx: Context, msg: MsgRevokeCertificate): Record<string, never> {
  const key = requireKey(msg);
  if (key[1].length > maxSerialBytes) refuse(certErrors.invalidSerialNumber);
  const certificate = certs.get(ctx, key) ?? refuse(certErrors.certificateNotFound);
  if (certificate.state === certStates.revoked) refuse(certErrors.certificateAlreadyRevoked);
  certs.set(ctx, key, { ...certificate, state: certStates.revoked });
  return {};
}
