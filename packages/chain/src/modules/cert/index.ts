import { emptyBytes, startsWith } from "@stoa/std";
import { accountText, parseAccount, parseCertificatePem, parseCertificateSerial } from "@stoa/wire";
import { GenesisStateSchema, Msg, Query, type QueryCertificatesRequest } from "@stoa/wire/akash.cert.v1";
import { requireAddress } from "../../address.ts";
import type { Context, CryptoPorts } from "../../context.ts";
import { refuseQuery } from "../../errors.ts";
import { fromGenesis, GenesisError, toGenesis } from "../../genesis-json.ts";
import { answer, handle, type Module } from "../../module.ts";
import { paginateStates } from "../../paging.ts";
import { askedStates } from "../../state-list.ts";
import {
  applyCreateCertificate,
  applyRevokeCertificate,
  checkCreateCertificate,
  checkRevokeCertificate,
} from "./handlers/certificate.ts";
import { certKeysUnder, certStates, certs, certsByState, serialBytes, serialText } from "./keys.ts";

const stateNames: ReadonlyMap<string, number> = new Map(Object.entries(certStates));

/** Beginning of the keys that a filter asks for. */
function filterPrefix(owner: string, serial: string): Uint8Array {
  if (owner === "") return emptyBytes;
  const address = parseAccount(owner);
  if (!address.ok) return refuseQuery("Internal", address.error);
  if (serial === "") return certKeysUnder(address.value, undefined);
  const number = parseCertificateSerial(serial);
  return number === undefined
    ? refuseQuery("InvalidArgument", "invalid serial number")
    : certKeysUnder(address.value, serialBytes(number));
}

function queryCertificates(ctx: Context, request: QueryCertificatesRequest) {
  const { owner, serial, state } = request.filter ?? { owner: "", serial: "", state: "" };
  const prefix = filterPrefix(owner, serial);
  const scan = function* (number: number, from: Uint8Array | undefined, reverse: boolean) {
    for (const row of certs.scanIndex(ctx, certsByState, number, {
      from: from ?? (reverse ? undefined : prefix),
      reverse,
    })) {
      if (!startsWith(row.raw, prefix)) {
        // In key order all matches stand together: before them a reversed walk goes on, behind them a walk ends.
        if (reverse) continue;
        return;
      }
      yield { raw: row.raw, value: { certificate: row.value, serial: serialText(row.key[1]) } };
    }
  };
  const { rows, pagination } = paginateStates({
    request: request.pagination,
    refusal: "Internal",
    offsetFirst: true,
    states: askedStates(stateNames, state),
    filtered: state !== "",
    scan: (options) => scan(options.state, options.from, options.reverse),
    keep: (row) => row,
  });
  return { certificates: [...rows], pagination };
}

/** The cert module: certificates that accounts publish for TLS with their providers. */
export function createCert(crypto: CryptoPorts) {
  const module: Module = {
    name: "cert",
    storeName: "cert",
    messages: [
      handle(Msg.method.createCertificate, {
        check: (msg) => checkCreateCertificate(crypto, msg),
        apply: applyCreateCertificate,
      }),
      handle(Msg.method.revokeCertificate, { check: checkRevokeCertificate, apply: applyRevokeCertificate }),
    ],
    queries: [answer(Query.method.certificates, queryCertificates)],
    initGenesis(ctx, section) {
      for (const { owner, certificate } of fromGenesis(GenesisStateSchema, section).certificates) {
        const parsed = certificate === undefined ? undefined : parseCertificatePem(certificate.cert);
        if (certificate === undefined || parsed?.ok !== true) throw new GenesisError(`cert: ${owner}: no certificate`);
        certs.set(ctx, [requireAddress(owner, "owner"), serialBytes(parsed.value.serial)], certificate);
      }
    },
    exportGenesis: (ctx) =>
      toGenesis(GenesisStateSchema, {
        certificates: [...certs.scan(ctx)].map(({ key, value }) => ({
          owner: accountText(key[0]),
          certificate: value,
        })),
      }),
  };
  return { module };
}
