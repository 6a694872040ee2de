/*
 * What the reference's provider daemon wants to find around it when it runs with its null cluster client: a Kubernetes
 * API that names one inventory service, that service (akash.inventory.v1.ClusterRPC, one node with free room), and the
 * health of a hostname operator (provider.md §§1.2, 2). Nothing is run: it is there so that the daemon bids.
 *
 *   node test/peers/cluster-stand-in/main.ts [KUBE_PORT [INVENTORY_PORT]]
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { create, toBinary } from "@bufbuild/protobuf";
import { Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { type Cluster, ClusterRPC, ClusterSchema } from "@stoa/wire/akash.inventory.v1";

const [kubePort = "8444", inventoryPort = "8445"] = process.argv.slice(2);

const quantity = (text: string) => ({ string: text });
const pair = (text: string) => ({
  allocatable: quantity(text),
  allocated: quantity("0"),
  capacity: quantity(text),
});

const cluster = create(ClusterSchema, {
  nodes: [
    {
      name: "one",
      resources: {
        cpu: { quantity: pair("8"), info: [{ id: "0", vendor: "none", model: "none", vcores: 8 }] },
        memory: { quantity: pair("16Gi") },
        gpu: { quantity: pair("0") },
        ephemeralStorage: pair("100Gi"),
        volumesAttached: pair("0"),
        volumesMounted: pair("0"),
      },
      capabilities: { storageClasses: ["default"] },
    },
  ],
  storage: [],
});

const labels = {
  "app.kubernetes.io/name": "inventory",
  "app.kubernetes.io/instance": "inventory-service",
  "app.kubernetes.io/component": "operator",
  "app.kubernetes.io/part-of": "provider",
};

const service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "operator-inventory", namespace: "akash-services", labels, resourceVersion: "1" },
  spec: { ports: [{ name: "grpc", port: Number(inventoryPort), protocol: "TCP" }] },
};

function answerKube(request: IncomingMessage, response: ServerResponse): unknown {
  const url = new URL(request.url ?? "/", "http://kube");
  console.log(`${request.method} ${url.pathname}${url.search}`);
  const json = (status: number, value: unknown) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(value));
  };
  if (url.pathname === "/health") return json(200, {});
  if (url.pathname !== "/api/v1/namespaces/akash-services/services")
    return json(404, { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound", code: 404 });
  if (url.searchParams.get("watch") === null)
    return json(200, { apiVersion: "v1", kind: "ServiceList", metadata: { resourceVersion: "1" }, items: [service] });
  response.writeHead(200, { "content-type": "application/json" });
  // A watch stays open: what it names does not change.
  return response.write(`${JSON.stringify({ type: "ADDED", object: service })}\n`);
}

const streamOfClusters = ClusterRPC.method.streamCluster;
const operators = new Server();
operators.addService(
  {
    StreamCluster: {
      path: `/${ClusterRPC.typeName}/${streamOfClusters.name}`,
      requestStream: false,
      responseStream: true,
      requestDeserialize: (bytes: Buffer) => bytes,
      requestSerialize: (bytes: Buffer) => bytes,
      responseSerialize: (value: Cluster) => Buffer.from(toBinary(ClusterSchema, value)),
      responseDeserialize: () => cluster,
    },
  },
  {
    StreamCluster(call: ServerWritableStream<Buffer, Cluster>) {
      console.log("StreamCluster");
      call.write(cluster);
    },
  },
);
operators.bindAsync(`127.0.0.1:${inventoryPort}`, ServerCredentials.createInsecure(), (error) => {
  if (error !== null) throw error;
});
createServer(answerKube).listen(Number(kubePort), "127.0.0.1");
