import { parentPort, workerData } from "node:worker_threads";
import { Comet38Client, WebsocketClient } from "@cosmjs/tendermint-rpc";

/*
 * A CosmJS websocket client in a thread of its own: it connects again for ever, even when told to stop, so only the end
 * of its thread ends it. Posts `["header", height]` and `["tx", height]`.
 */
const client = Comet38Client.create(new WebsocketClient(String(workerData)));
client.subscribeNewBlockHeader().addListener({ next: ({ height }) => parentPort?.postMessage(["header", height]) });
client.subscribeTx("kv.Set.key='a'").addListener({ next: ({ height }) => parentPort?.postMessage(["tx", height]) });
