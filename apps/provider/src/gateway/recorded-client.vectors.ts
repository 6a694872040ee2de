/** Sends a recorded request over TLS, as its own client: tokens and certificates are made anew. */
import { request as httpsRequest, type RequestOptions } from "node:https";
import { toBase64Url, utf8 } from "@stoa/std";
import type { GatewayCase, GatewayCaseRequest } from "@stoa/test";
import { jwtSignBytes } from "@stoa/wire";
import { signMessage } from "@stoa/wire/wallet";
import type { RecordedWorld } from "./recorded-world.vectors.ts";

export type Received =
  | {
      readonly status: number;
      readonly contentType: string | undefined;
      readonly location: string | undefined;
      readonly body: string;
    }
  | { readonly connectionError: string };

/** `{"now": n}` becomes the moment plus n seconds. */
function atNow(value: unknown, nowSeconds: number): unknown {
  if (Array.isArray(value)) return value.map((item) => atNow(item, nowSeconds));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "now") return nowSeconds + Number(entries[0][1]);
  return Object.fromEntries(entries.map(([name, member]) => [name, atNow(member, nowSeconds)]));
}

function tokenOf(entry: GatewayCase, world: RecordedWorld): string {
  const { auth } = entry.request;
  const account = world.accounts.get(auth.signer ?? "");
  if (account === undefined) throw new Error(`no account signs as ${auth.signer}`);
  const header = JSON.stringify(auth.header ?? {});
  const claims = world.translate(JSON.stringify(atNow(auth.claims ?? {}, Math.floor(Date.now() / 1000))));
  const text = `${toBase64Url(utf8(header))}.${toBase64Url(utf8(claims))}`;
  const words = `${entry.name} ${entry.note ?? ""} ${auth.note ?? ""}`;
  const wrapped = auth.header?.alg === "ES256KADR36" && !/plain/.test(words);
  const bytes = jwtSignBytes(wrapped ? "ES256KADR36" : "ES256K", text, account.address);
  const signature = signMessage(account.key, bytes);
  if (/bit of the signature/.test(auth.note ?? "")) signature[10] = (signature[10] ?? 0) ^ 1;
  return `${text}.${toBase64Url(signature)}`;
}

function authorizationOf(entry: GatewayCase, world: RecordedWorld): string | undefined {
  const { auth } = entry.request;
  if (auth.kind === "header") return auth.authorization ?? "";
  return auth.kind === "jwt" || auth.kind === "jwt+mtls"
    ? `${auth.scheme ?? "Bearer"} ${tokenOf(entry, world)}`
    : undefined;
}

/** A body that the file only describes: `<16 MiB of a>` stands for so many letters. */
function bodyOf({ body, bodyNote }: GatewayCaseRequest): string | undefined {
  return (
    body ??
    bodyNote?.replace(/<(\d+) MiB of (.)>/, (_, size: string, letter: string) => letter.repeat(Number(size) << 20))
  );
}

/** Notes that describe each certificate, wherever in the file they stand. */
export function certificateNotes(cases: readonly GatewayCase[]): ReadonlyMap<string, string> {
  const notes = new Map<string, string>();
  for (const { request } of cases) {
    const { certificate, note } = request.auth;
    if (certificate !== undefined && note !== undefined) notes.set(certificate, note);
  }
  return notes;
}

export function send(
  entry: GatewayCase,
  world: RecordedWorld,
  port: number,
  notes: ReadonlyMap<string, string>,
): Promise<Received> {
  const { auth, method, path } = entry.request;
  const authorization = authorizationOf(entry, world);
  const recordedBody = bodyOf(entry.request);
  const body = recordedBody === undefined ? undefined : world.translate(recordedBody);
  const pair =
    auth.certificate === undefined ? undefined : world.certificate(auth.certificate, notes.get(auth.certificate) ?? "");
  const options: RequestOptions = {
    host: "127.0.0.1",
    port,
    method,
    path,
    agent: false,
    rejectUnauthorized: false,
    ...(pair === undefined ? {} : { cert: pair.certificate, key: pair.privateKey }),
    headers: {
      ...entry.request.headers,
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...(body === undefined ? {} : { "Content-Length": Buffer.byteLength(body) }),
    },
  };
  return new Promise((resolve) => {
    const request = httpsRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => resolve({ connectionError: String(error) }));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers["content-type"],
          location: response.headers.location,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    request.on("error", (error: NodeJS.ErrnoException) =>
      resolve({ connectionError: `${error.code}: ${error.message}` }),
    );
    request.end(body);
  });
}
