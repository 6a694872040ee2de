/** The published chain-sdk alone takes a lease through its life on our processes: certificate, auction, manifest, close. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { test } from "node:test";
import {
  type ChainNodeSDK,
  certificateManager,
  createChainNodeSDK,
  createProviderSDK,
  createStargateClient,
  generateManifest,
  generateManifestVersion,
  JwtTokenManager,
  manifestToSortedJSON,
  type SDLInput,
  yaml,
} from "@akashnetwork/chain-sdk";
import { Secp256k1HdWallet } from "@cosmjs/amino";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { engineSocketPath } from "@stoa/provider";
import { WebSocket } from "ws";
import { provideTestImage } from "../../apps/provider/src/runtimes/docker/test-image.ts";
import { noEngine, Running, statusOf, stoa, until, withHome } from "./stoa.ts";

const skip = noEngine() ?? false;
const image = "stoa-test-busybox:1";

/** A little of everything that our runtime offers: the hash binds all of it. */
const sdl: SDLInput = yaml`
version: "2.0"
services:
  web:
    image: ${image}
    command: [/busybox, sh, -c]
    args: ["echo $GREETING; exec /busybox httpd -f -p 8080 -h /"]
    env:
      - GREETING=serving
      - EMPTY=
    expose:
      - port: 8080
        as: 80
        accept: [sdk.example.test]
        http_options:
          max_body_size: 2097152
          next_tries: 2
          next_cases: ["error", "500"]
        to:
          - global: true
      - port: 9000
        to:
          - global: true
    params:
      storage:
        shm:
          mount: /dev/shm
    dependencies:
      - service: side
  side:
    image: ${image}
    command: [/busybox, sleep, "1000"]
    expose:
      - port: 5432
        to:
          - service: web
profiles:
  compute:
    web:
      resources:
        cpu:
          units: 0.1
        memory:
          size: 64Mi
        storage:
          - size: 128Mi
          - name: shm
            size: 16Mi
            attributes:
              class: ram
              persistent: false
    side:
      resources:
        cpu:
          units: 100m
        memory:
          size: 32Mi
        storage:
          size: 64Mi
  placement:
    anywhere:
      pricing:
        web:
          denom: uact
          amount: 1000
        side:
          denom: uact
          amount: 1000.5
deployment:
  web:
    anywhere:
      profile: web
      count: 1
  side:
    anywhere:
      profile: side
      count: 1
`;

/** What `up` says when it is ready. */
interface Ready {
  readonly rpc: string;
  readonly grpc: string;
  readonly tenant: { readonly address: string; readonly mnemonic: string };
  readonly providers: readonly { readonly address: string; readonly hostUri: string; readonly grpc: string }[];
}

/** A tenant's half of a connection: the provider's certificate on the chain to trust, and one of its own or a token. */
interface Connection {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly headers?: { readonly authorization: string };
}

/** One HTTPS request to a provider: status and body. */
function call(method: string, url: string, own: Connection, body = ""): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent: false, ...own }, (answer) => {
      let text = "";
      answer.on("data", (part: Buffer) => {
        text += part.toString("utf8");
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

async function logLines(url: string, own: Connection): Promise<string[]> {
  const socket = new WebSocket(url.replace(/^https/, "wss"), own);
  const lines: string[] = [];
  socket.on("message", (frame) => lines.push((JSON.parse(String(frame)) as { message: string }).message));
  await once(socket, "close");
  return lines;
}

async function nodeSdk({ rpc, grpc, tenant }: Ready): Promise<{ sdk: ChainNodeSDK; end: () => void }> {
  const signer = await DirectSecp256k1HdWallet.fromMnemonic(tenant.mnemonic, { prefix: "akash" });
  // The SDK brings an older CosmJS, whose list of algorithms is shorter.
  const tx = createStargateClient({ baseUrl: rpc, signer: signer as never });
  return { sdk: createChainNodeSDK({ query: { baseUrl: grpc }, tx: { signer: tx } }), end: () => tx.disconnect() };
}

async function bearer({ tenant }: Ready): Promise<{ readonly authorization: string }> {
  const wallet = await Secp256k1HdWallet.fromMnemonic(tenant.mnemonic, { prefix: "akash" });
  const now = Math.floor(Date.now() / 1000);
  const life = { iat: now, nbf: now, exp: now + 600 };
  const leases = { access: "full" as const };
  const token = await new JwtTokenManager(wallet as never).generateToken({
    version: "v1",
    iss: tenant.address,
    ...life,
    leases,
  });
  return { authorization: `Bearer ${token}` };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

async function publishCertificate(sdk: ChainNodeSDK, owner: string): Promise<{ cert: string; key: string }> {
  const { cert, publicKey, privateKey } = await certificateManager.generatePEM(owner);
  await sdk.akash.cert.v1.createCertificate({ owner, cert: Buffer.from(cert), pubkey: Buffer.from(publicKey) });
  return { cert, key: privateKey };
}

/** Opens a deployment and takes the first bid; answers the manifest. */
async function takeLease(sdk: ChainNodeSDK, owner: string, dseq: bigint, provider: string): Promise<string> {
  const generated = generateManifest(sdl, "sandbox");
  assert.ok(generated.ok, JSON.stringify(generated.value));
  const { groups, groupSpecs } = generated.value;
  await sdk.akash.deployment.v1beta4.createDeployment({
    id: { owner, dseq: dseq as never },
    groups: groupSpecs,
    hash: await generateManifestVersion(groups),
    deposit: { amount: { denom: "uact", amount: "5000000" }, sources: [1] },
  });
  const filters = { owner, dseq: dseq as never, state: "open" };
  await until("a bid", 60_000, async () => (await sdk.akash.market.v1beta5.getBids({ filters })).bids.length > 0);
  const [bid] = (await sdk.akash.market.v1beta5.getBids({ filters })).bids;
  assert.equal(bid?.bid?.id?.provider, provider);
  await sdk.akash.market.v1beta5.createLease({ bidId: bid?.bid?.id });
  return manifestToSortedJSON(groups);
}

test(
  "the chain-sdk deploys, serves, looks and closes, by certificate and by token",
  {
    skip,
    timeout: 240_000,
  },
  () =>
    withHome(async (home) => {
      await provideTestImage(engineSocketPath(process.env.DOCKER_HOST) ?? "", image);
      const words = ["up", "-d", "--json", "--home", home, "--providers", "1", "--block-interval", "300"];
      const up = new Running(words);
      const ready = (await up.event("ready")) as unknown as Ready;
      const [provider] = ready.providers;
      assert.ok(provider !== undefined && (await up.finished).code === 0);
      const { sdk, end } = await nodeSdk(ready);
      const owner = ready.tenant.address;
      try {
        const identity = await publishCertificate(sdk, owner);
        const filter = { owner: provider.address, state: "valid" };
        const [shown] = (await sdk.akash.cert.v1.getCertificates({ filter })).certificates;
        const ca = text(shown?.certificate?.cert);
        const byCertificate: Connection = { ca, ...identity };
        const byToken: Connection = { ca, headers: await bearer(ready) };

        const dseq = 4242n;
        const manifest = await takeLease(sdk, owner, dseq, provider.address);
        const at = `${provider.hostUri}/lease/${dseq}/1/1`;
        for (const own of [byCertificate, byToken]) {
          const sent = await call("PUT", `${provider.hostUri}/deployment/${dseq}/manifest`, own, manifest);
          assert.deepEqual(sent, { status: 200, text: "" });
        }
        let uris: string[] = [];
        for (const own of [byToken, byCertificate]) {
          await until("the service", 60_000, async () => {
            const { status, text: body } = await call("GET", `${at}/status`, own);
            const web = status === 200 ? JSON.parse(body).services.web : undefined;
            uris = web?.uris ?? [];
            return web?.available === 1;
          });
          // A container that runs has not printed or opened its port yet.
          await until("the log", 20_000, async () => {
            const lines = await logLines(`${at}/logs?follow=false&tail=10&service=web`, own);
            return lines.length === 1 && lines[0] === "serving";
          });
        }
        await until("the page", 20_000, async () => (await statusOf(`http://${uris[0]}/busybox`)) === 200);

        const { streamStatus, getStatus } = createProviderSDK({
          baseUrl: provider.grpc,
          authentication: { type: "mtls", ...identity },
        }).akash.provider.v1;
        assert.equal((await getStatus()).cluster?.leases?.active, 1);
        const leases: (number | undefined)[] = [];
        for await (const { cluster } of await streamStatus()) {
          const active = cluster?.leases?.active;
          if (leases.length === 0)
            await sdk.akash.deployment.v1beta4.closeDeployment({ id: { owner, dseq: dseq as never } });
          leases.push(active);
          if (active === 0) break;
        }
        assert.equal(leases[0], 1);
        const { deployment } = await sdk.akash.deployment.v1beta4.getDeployment({ id: { owner, dseq: dseq as never } });
        assert.equal(deployment?.state, 2);
        assert.equal((await call("GET", `${at}/status`, byToken)).status, 404);
      } finally {
        end();
        await stoa("down", "--home", home);
      }
    }),
);
