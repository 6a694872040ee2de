import { parentPort, workerData } from "node:worker_threads";
import { Comet38Client, WebsocketClient } from "@cosmjs/tendermint-rpc";
import { type CometSubject, readEverything, sendEverything, textOfAnswers } from "./comet-questions.ts";

/*
 * Every method of CosmJS' client over its websocket, in a thread of its own: only the end of the thread ends the client.
 * Posts one message when all is answered and every subscription has told something.
 */
const { url, subject, payer } = workerData as { url: string; subject: CometSubject; payer: string };
const client = Comet38Client.create(new WebsocketClient(url.replace("http", "ws")));

const told = [
  client.subscribeNewBlock().map(({ header, lastCommit }) => [header.chainId, (lastCommit?.height ?? 0) > 0]),
  client.subscribeNewBlockHeader().map(({ chainId, proposerAddress }) => [chainId, proposerAddress.length]),
  client.subscribeTx().map(({ result }) => ["any", result.code]),
  client.subscribeTx(`message.sender='${payer}'`).map(({ hash, result }) => [hash.length, result.code]),
].map((stream) => new Promise((resolve, reject) => stream.addListener({ next: resolve, error: reject })));

const read = textOfAnswers(await readEverything(client, subject));
const sent = textOfAnswers(await sendEverything(client, subject));
parentPort?.postMessage({ read, sent, told: await Promise.all(told) });
