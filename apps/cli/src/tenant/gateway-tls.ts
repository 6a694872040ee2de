import { request } from "node:http";
import { connect, type TLSSocket } from "node:tls";
import {
  type ChainClient,
  checkProviderCertificate,
  type GatewayAnswer,
  type GatewayCall,
  type GatewaySocket,
  type GatewaySocketEvents,
  type GatewayTransport,
  type ProviderTrust,
} from "@stoa/client";
import { createNativeVerifier, nativeHash, systemClock } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { type OnChainCertificate, parseCertificatePem, parsePublicKeyPem } from "@stoa/wire";
import { Query as CertQuery, State } from "@stoa/wire/akash.cert.v1";
import { WebSocket } from "ws";

/** A gateway answers a handshake within a moment; a host that does not is not there. */
const handshakeMs = 10_000;
/** More than any status or manifest; log streams do not come this way. */
const answerBytesMax = 8 * 1024 * 1024;
const messageBytesMax = 1024 * 1024;

/** The valid certificate of an account by serial, as the chain has it. */
async function publishedCertificate(
  client: ChainClient,
  owner: string,
  serial: bigint,
): Promise<OnChainCertificate | undefined> {
  const filter = { owner, serial: serial.toString(), state: "valid" };
  const { certificates } = await client.query(CertQuery.method.certificates, { filter });
  const found = certificates[0]?.certificate;
  if (found === undefined || found.state !== State.valid) return undefined;
  const certificate = parseCertificatePem(found.cert);
  const publicKey = parsePublicKeyPem(found.pubkey);
  return certificate.ok && publicKey.ok ? { certificate: certificate.value, publicKey: publicKey.value } : undefined;
}

/** What a provider's server must show: the certificate that the provider published on the chain. */
function trustIn(client: ChainClient, address: string): ProviderTrust {
  const seen = new Map<bigint, Promise<OnChainCertificate | undefined>>();
  return {
    address,
    // One look at the chain for each certificate, not one for each connection.
    certificate(owner, serial) {
      const known = seen.get(serial) ?? publishedCertificate(client, owner, serial);
      seen.set(serial, known);
      known.catch(() => seen.delete(serial));
      return known;
    },
    hash: nativeHash,
    verifier: createNativeVerifier({ log: silentLog }),
    nowSeconds: () => systemClock.nowNs() / 1_000_000_000n,
  };
}

/** A TLS connection to a server that showed the certificate it must; rejects with the reason otherwise. */
async function openTrusted(url: URL, trust: ProviderTrust): Promise<TLSSocket> {
  const port = url.port === "" ? 443 : Number(url.port);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const socket = connect({
    host,
    port,
    // Identity is the published certificate, checked below before a byte is sent; names and authorities do not matter.
    rejectUnauthorized: false,
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(handshakeMs, () => reject(new Error(`no answer within ${handshakeMs / 1000} s`)));
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    socket.setTimeout(0);
    const leaf = socket.getPeerX509Certificate();
    if (leaf === undefined) throw new Error("the server shows no certificate");
    const checked = await checkProviderCertificate([leaf.raw], trust);
    if (!checked.ok) throw new Error(checked.error);
    return socket;
  } catch (cause) {
    socket.destroy();
    throw cause;
  }
}

async function send(call: GatewayCall, trust: ProviderTrust): Promise<GatewayAnswer> {
  const url = new URL(call.url);
  const socket = await openTrusted(url, trust);
  return new Promise((resolve, reject) => {
    const body = call.body === undefined ? undefined : Buffer.from(call.body);
    const sent = request(
      {
        method: call.method,
        path: url.pathname + url.search,
        headers: {
          host: url.host,
          connection: "close",
          ...call.headers,
          ...(body === undefined ? {} : { "content-length": body.length }),
        },
        createConnection: () => socket,
        timeout: call.timeoutMs,
      },
      (answer) => {
        const parts: Buffer[] = [];
        let size = 0;
        answer.on("data", (part: Buffer) => {
          size += part.length;
          if (size > answerBytesMax) sent.destroy(new Error("the gateway's answer is too large"));
          else parts.push(part);
        });
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }),
        );
        answer.on("error", reject);
      },
    );
    sent.on("timeout", () => sent.destroy(new Error(`no answer within ${call.timeoutMs / 1000} s`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

async function openSocket(
  address: string,
  headers: Readonly<Record<string, string>>,
  events: GatewaySocketEvents,
  trust: ProviderTrust,
): Promise<GatewaySocket> {
  const url = new URL(address.replace(/^ws/, "http"));
  const socket = await openTrusted(url, trust);
  const ws = new WebSocket(address.replace(/^wss/, "ws"), {
    headers: { ...headers, host: url.host },
    createConnection: () => socket,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
  });
  await new Promise<void>((resolve, reject) => {
    ws.once("open", resolve);
    ws.once("error", reject);
    ws.once("unexpected-response", (_request, answer) => {
      let text = "";
      answer.on("data", (part: Buffer) => {
        text = (text + part.toString("utf8")).slice(0, 1000);
      });
      answer.on("end", () => reject(new Error(`the gateway refused the stream: ${answer.statusCode} ${text.trim()}`)));
    });
  });
  ws.on("message", (data: Buffer, isBinary: boolean) => events.message(isBinary ? data : data.toString("utf8")));
  ws.on("close", (code: number, reason: Buffer) => events.closed(code, reason.toString("utf8")));
  ws.on("error", () => {});
  return { send: (data) => ws.send(data), close: () => ws.close(1000) };
}

/** The way to one provider's gateway: TLS to the holder of the certificate that it published on the chain. */
export function gatewayTransport(client: ChainClient, provider: string): GatewayTransport {
  const trust = trustIn(client, provider);
  return {
    request: (call) => send(call, trust),
    openSocket: (url, headers, events) => openSocket(url, headers, events, trust),
  };
}
