import type { DescMessage, JsonValue, Message } from "@bufbuild/protobuf";
import { Dec, fromBase64, fromHex, type Hash, toBase64, type Verifier } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import type { VectorFailure } from "@stoa/test";
import { decode, encode, fromProtoJson, parseTimeText, toProtoJson, txTypesOf } from "@stoa/wire";
import { registry } from "@stoa/wire/registry";
import type { QueryResponse, TxResult } from "./abci.ts";
import { Application } from "./application.ts";
import { createModules } from "./modules.ts";
import {
  comparable,
  eventDifference,
  isObject,
  jsonDifference,
  ownBlockEvents,
  recordedForm,
  withoutRows,
} from "./replay/compare.ts";
import type { DeviationRule, DeviationSession, ExpectedAnswer, ExpectedResult, OwnState } from "./replay/deviation.ts";
import { absentAddresses, replayGenesis } from "./replay/genesis.ts";
import type {
  RecordedBlock,
  RecordedCheck,
  RecordedQuery,
  RecordedResult,
  RecordedTx,
  Scenario,
} from "./replay/scenario.ts";

/** What a replay needs: a scenario and its genesis, our deviations, and crypto. */
export interface ReplayParams {
  readonly genesis: JsonValue;
  readonly scenario: Scenario;
  readonly deviations: readonly DeviationRule[];
  readonly hash: Hash;
  readonly verifier: Verifier;
}

export interface ReplayReport {
  /** Transactions, blocks, checks and queries compared. */
  readonly steps: number;
  readonly agree: number;
  /** Ids of the rules that changed an expectation, with how often. */
  readonly deviations: ReadonlyMap<string, number>;
  readonly failures: readonly VectorFailure[];
}

/** The node's floor in the recording. */
const minGasPrices = [{ denom: "uakt", amount: Dec.of("0.0025") }];
/** Scenarios ask for states of all their blocks. */
const keepVersions = 1_000_000n;

const txTypes = txTypesOf(registry);

interface Method {
  readonly request: DescMessage;
  readonly response: DescMessage;
}

function methodOf(path: string): Method | undefined {
  const [, service = "", name = ""] = path.split("/");
  const method = registry.getService(service)?.methods.find((one) => one.name === name);
  return method === undefined ? undefined : { request: method.input, response: method.output };
}

function toJson(schema: DescMessage, bytes: Uint8Array): JsonValue | undefined {
  const json = toProtoJson(schema, decode(schema, bytes), (url) => txTypes.resolve(url));
  return json.ok ? json.value : undefined;
}

function bytesOf(base64: string | undefined): Uint8Array {
  return fromBase64(base64 ?? "") ?? new Uint8Array();
}

/** One replay in progress. */
class Replay {
  private readonly params: ReplayParams;
  private readonly backend = new MemoryBackend();
  private readonly app: Application;
  private readonly absent: ReadonlySet<string>;
  private readonly sessions: readonly (readonly [id: string, session: DeviationSession])[];
  private readonly used = new Map<string, number>();
  private readonly failures: VectorFailure[] = [];
  /** Our page keys by the reference's. */
  private readonly pageKeys = new Map<string, Uint8Array>();
  private readonly chain: ReturnType<typeof replayGenesis>;
  private steps = 0;
  private agree = 0;

  constructor(params: ReplayParams) {
    this.params = params;
    const { hash, verifier, scenario } = params;
    const crypto = { hash, verifier };
    const modules = createModules(crypto);
    this.chain = replayGenesis(params.genesis, scenario.genesisPatch, hash);
    const known = new Set(modules.genesis.map(({ name }) => name));
    this.app = Application.open({
      backend: this.backend,
      crypto,
      modules,
      ante: modules.ante({ types: txTypes, minGasPrices }),
      keepVersions,
      prefix: new Uint8Array([0x73]),
      version: "",
      ignoredSections: this.chain.sections.filter((name) => !known.has(name)),
    });
    this.absent = absentAddresses(hash);
    this.sessions = params.deviations.map((rule) => [rule.id, rule.session()]);
  }

  run(): ReplayReport {
    const { scenario } = this.params;
    try {
      this.app.initChain(this.chain.request);
      for (const block of scenario.blocks) {
        this.block(block);
        const height = block.height;
        for (const query of scenario.queries) if (query.height === height) this.query(query);
        for (const check of scenario.checkTx ?? []) if (check.height === height) this.check(check);
      }
    } catch (problem) {
      this.fail("replay", "stopped", problem instanceof Error ? (problem.stack ?? problem.message) : String(problem));
    }
    return { steps: this.steps, agree: this.agree, deviations: this.used, failures: this.failures };
  }

  private fail(step: string, field: string, message: string): void {
    this.failures.push({ case: step, field, message });
  }

  /** Counts a step and its differences. */
  private compare(
    step: string,
    differences: readonly (readonly [field: string, difference: string | undefined])[],
  ): void {
    this.steps += 1;
    const real = differences.filter(([, difference]) => difference !== undefined);
    if (real.length === 0) this.agree += 1;
    for (const [field, difference] of real) this.fail(step, field, difference ?? "");
  }

  private own(): OwnState {
    return {
      query: (path, request, height = 0n) => {
        const method = methodOf(path);
        const message =
          method === undefined ? undefined : fromProtoJson(method.request, request, (url) => txTypes.resolve(url));
        if (method === undefined || message?.ok !== true) return undefined;
        const data = encode(method.request, message.value as Message);
        const answer = this.app.query({ path, data, height, prove: false });
        return answer.code === 0 ? toJson(method.response, answer.value) : undefined;
      },
    };
  }

  /** Asks every rule in turn; the first that answers changes the expectation. */
  private adjust<T>(expected: T, ask: (session: DeviationSession, expected: T) => T | undefined): T {
    let result = expected;
    for (const [id, session] of this.sessions) {
      const changed = ask(session, result);
      if (changed === undefined) continue;
      const causes = session.causes?.() ?? [];
      for (const cause of causes.length > 0 ? causes : [id]) this.used.set(cause, (this.used.get(cause) ?? 0) + 1);
      result = changed;
    }
    return result;
  }

  private block(block: RecordedBlock): void {
    const own = this.own();
    const height = BigInt(block.height);
    const response = this.app.finalizeBlock({
      txs: block.txs.map((tx) => bytesOf(tx.bytes)),
      decidedLastCommit: {
        round: 0,
        votes: block.lastCommit.map(({ address, power, flag }) => ({
          address: fromHex(address) ?? new Uint8Array(),
          power: BigInt(power),
          flag: flag === "COMMIT" ? "commit" : flag === "NIL" ? "nil" : "absent",
        })),
      },
      misbehavior: [],
      hash: new Uint8Array(),
      height,
      time: parseTimeText(block.time) ?? { seconds: 0n, nanos: 0 },
      nextValidatorsHash: new Uint8Array(),
      proposerAddress: fromHex(block.proposer) ?? new Uint8Array(),
    });
    // The memory backend writes at once; its promise only says so.
    void this.backend.write(this.app.commit().operations);
    this.app.committed();
    block.txs.forEach((tx, i) => {
      const result = response.txResults[i];
      if (result !== undefined) this.tx(tx, `${block.height}.${i}`, height, result, own);
    });
    const expected = ownBlockEvents(block.events, this.absent);
    const actual = ownBlockEvents(recordedForm(response.events), this.absent);
    this.compare(`${block.height}`, [["block events", eventDifference(expected, actual)]]);
  }

  private tx(recorded: RecordedTx, step: string, height: bigint, result: TxResult, own: OwnState): void {
    const actual = resultOf(result);
    const messages = recorded.tx?.body.messages ?? [];
    const { name } = this.params.scenario;
    const expected = this.adjust<ExpectedResult>(recorded.result, (session, now) =>
      session.tx?.({ kind: "tx", scenario: name, step, height, own, recorded, messages, expected: now, actual }),
    );
    this.compareResult(`${step} ${recorded.note}`, expected, actual, recorded.result, result);
  }

  private check(recorded: RecordedCheck): void {
    const result = this.app.checkTx({ tx: bytesOf(recorded.bytes), recheck: recorded.type === "RECHECK" });
    const actual = resultOf(result);
    const messages = recorded.tx?.body.messages ?? [];
    const { name } = this.params.scenario;
    const height = BigInt(recorded.height);
    const step = `${recorded.height} check`;
    const own = this.own();
    const expected = this.adjust<ExpectedResult>(recorded.result, (session, now) =>
      session.check?.({ kind: "check", scenario: name, step, height, own, recorded, messages, expected: now, actual }),
    );
    this.compareResult(`${step} ${recorded.note}`, expected, actual, recorded.result, result);
  }

  private compareResult(
    step: string,
    expected: ExpectedResult,
    actual: ExpectedResult,
    recorded: RecordedResult,
    result: TxResult,
  ): void {
    const { log } = recorded;
    // What the reference needs must suffice.
    const sameWork = expected === recorded && actual.code === 0 && recorded.code === 0;
    const costs = sameWork && result.gasUsed > BigInt(recorded.gasUsed);
    // Clients read the texts of these two (README of the vectors).
    const isRead = expected.codespace === "sdk" && (expected.code === 32 || expected.code === 13);
    const verdict = (one: ExpectedResult): string => `${one.codespace}/${one.code}`;
    const differs = verdict(expected) !== verdict(actual);
    this.compare(step, [
      ["code", differs ? `expected ${verdict(expected)} (${log}), got ${verdict(actual)} (${result.log})` : undefined],
      ["data", differs || expected.data === actual.data ? undefined : `expected ${expected.data}, got ${actual.data}`],
      ["events", differs ? undefined : eventDifference(expected.events, actual.events)],
      ["gas", costs ? `the reference needed ${recorded.gasUsed}, we ${result.gasUsed}` : undefined],
      ["log", isRead && log !== result.log ? `expected ${log}, got ${result.log}` : undefined],
    ]);
  }

  /** The request with our own page key where the reference's stands. */
  private requestOf(query: RecordedQuery, method: Method | undefined): Uint8Array {
    const bytes = bytesOf(query.request);
    const key =
      isObject(query.requestJson) && isObject(query.requestJson.pagination)
        ? query.requestJson.pagination.key
        : undefined;
    const own = typeof key === "string" ? this.pageKeys.get(key) : undefined;
    if (own === undefined || method === undefined) return bytes;
    const message = decode(method.request, bytes) as Message & { pagination?: { key: Uint8Array } };
    if (message.pagination !== undefined) message.pagination.key = own;
    return encode(method.request, message);
  }

  private learnPageKey(query: RecordedQuery, method: Method, value: Uint8Array): void {
    const { responseJson } = query;
    const page = isObject(responseJson) ? responseJson.pagination : undefined;
    const key = isObject(page) ? page.next_key : undefined;
    const own = decode(method.response, value) as Message & { pagination?: { nextKey: Uint8Array } };
    if (typeof key === "string" && own.pagination !== undefined) this.pageKeys.set(key, own.pagination.nextKey);
  }

  private query(recorded: RecordedQuery): void {
    const method = methodOf(recorded.path);
    const answer = this.app.query({
      path: recorded.path,
      data: this.requestOf(recorded, method),
      height: BigInt(recorded.requestHeight ?? 0),
      prove: false,
    });
    const actual: ExpectedAnswer = {
      code: answer.code,
      codespace: answer.codespace,
      response: responseOf(answer, method),
    };
    if (method !== undefined && answer.code === 0) this.learnPageKey(recorded, method, answer.value);
    const bytes = recorded.response === undefined ? undefined : bytesOf(recorded.response);
    const first: ExpectedAnswer = {
      code: recorded.code,
      codespace: recorded.codespace ?? "",
      response: bytes === undefined || recorded.code !== 0 ? undefined : responseJson(bytes, method),
    };
    const { name } = this.params.scenario;
    const height = BigInt(recorded.height);
    const step = `${recorded.height} query`;
    const own = this.own();
    const expected = this.adjust<ExpectedAnswer>(first, (session, now) =>
      session.query?.({ kind: "query", scenario: name, step, height, own, recorded, expected: now, actual }),
    );
    const untouched = expected === first && bytes !== undefined;
    const bytesDiffer = untouched && bytes.length > 0 && toBase64(bytes) !== toBase64(answer.value);
    const difference = this.responseDifference(expected, actual);
    const verdict = `expected ${expected.codespace}/${expected.code} (${recorded.log ?? ""}), got ${actual.codespace}/${actual.code} (${answer.log})`;
    const path = `${recorded.path} ${JSON.stringify(recorded.requestJson)}`;
    this.compare(`${step} ${path}`, [
      ["code", expected.code !== actual.code || expected.codespace !== actual.codespace ? verdict : undefined],
      [
        "log",
        expected === first && recorded.log !== undefined && isReadText(recorded.log) && recorded.log !== answer.log
          ? verdict
          : undefined,
      ],
      ["response", difference],
      [
        "bytes",
        bytesDiffer && difference === undefined && !mayDiffer(expected.response)
          ? "the same JSON, other bytes"
          : undefined,
      ],
    ]);
  }

  private responseDifference(expected: ExpectedAnswer, actual: ExpectedAnswer): string | undefined {
    if (expected.code !== actual.code || expected.response === undefined) return undefined;
    const want = comparable(expected.response);
    const have = comparable(actual.response ?? null);
    const difference = jsonDifference(want, have);
    if (difference === undefined) return undefined;
    return jsonDifference(withoutRows(want, this.absent), withoutRows(have, this.absent)) === undefined
      ? undefined
      : difference;
  }
}

/** Texts of failed queries that clients read (base-chain.md §4.10). */
function isReadText(log: string): boolean {
  return log.includes("key not found") || log.includes("rpc error: code = NotFound");
}

/** Responses whose bytes hold a page key or gas of our own. */
function mayDiffer(response: JsonValue | undefined): boolean {
  const text = JSON.stringify(response ?? null);
  return (
    text.includes('"gas_info"') || /"next_key":"/.test(text) || text.includes('"/cosmos.auth.v1beta1.ModuleAccount"')
  );
}

function responseJson(bytes: Uint8Array, method: Method | undefined): JsonValue {
  if (method !== undefined) return toJson(method.response, bytes) ?? null;
  const text = String.fromCharCode(...bytes);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

function responseOf(answer: QueryResponse, method: Method | undefined): JsonValue | undefined {
  return answer.code === 0 ? responseJson(answer.value, method) : undefined;
}

function resultOf(result: TxResult): ExpectedResult {
  const { code, codespace } = result;
  return { code, codespace, data: toBase64(result.data), events: recordedForm(result.events) };
}

/** Replays one scenario: blocks, then queries and checks of each height, compared step by step. */
export function runReplay(params: ReplayParams): ReplayReport {
  return new Replay(params).run();
}
