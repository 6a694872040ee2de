import type { Problems } from "./problem.ts";
import { all, anyObject, flag, integer, list, listOr, member, object, orNull, type Shape, text } from "./ts-shape.ts";
import type { TsValue } from "./ts-value.ts";

/*
 * The reference's JSON schema for SDL as checks (spec: sdl.md §3): the `ts` dialect refuses what does not fit, where
 * Go only logs.
 */

const texts = list(text());
const textsOrNull = orNull(texts);
const port = integer(1, 65_535);

const nextCase = text({ oneOf: ["error", "timeout", "500", "502", "503", "504", "403", "404", "429", "off"] });

function offAlone(value: TsValue, problems: Problems): void {
  if (value.type !== "list" || value.items.length < 2) return;
  if (value.items.some((item) => item.type === "string" && item.value === "off")) {
    problems.add("http-option", value, "next_cases: off must stand alone");
  }
}

const httpOptions = object({
  fields: {
    max_body_size: integer(0, 104_857_600),
    next_cases: all(list(nextCase), offAlone),
    next_timeout: integer(0),
    next_tries: integer(0),
    proxy_buffer_size: integer(0, 1_048_576),
    read_timeout: integer(0, 60_000),
    send_timeout: integer(0, 60_000),
  },
});

function ipNeedsGlobal(value: TsValue, problems: Problems): void {
  const ip = member(value, "ip");
  const global = member(value, "global");
  if (ip?.type === "string" && ip.value !== "" && !(global?.type === "boolean" && global.value)) {
    problems.add("endpoint-not-global", value, "an expose with an ip must be global: add global: true");
  }
}

const expose = object({
  fields: {
    accept: texts,
    as: port,
    http_options: httpOptions,
    port,
    proto: text({ oneOf: ["TCP", "UDP", "tcp", "udp"] }),
    to: list(all(object({ fields: { global: flag, ip: text({ minChars: 1 }), service: text() } }), ipNeedsGlobal)),
  },
  required: ["port"],
});

const params = object({
  fields: {
    storage: object({
      rest: object({
        fields: { mount: text({ minChars: 1, pattern: /^\//, like: "an absolute path" }), readOnly: flag },
      }),
    }),
    permissions: object({ fields: { read: list(text({ oneOf: ["deployment", "logs", "events"] })) } }),
    tee: text({ oneOf: ["cpu", "cpu-gpu"] }),
  },
});

const credentials = object({
  fields: {
    email: text({ minChars: 5 }),
    host: text({ minChars: 1 }),
    password: text({ minChars: 6 }),
    username: text({ minChars: 1 }),
  },
  required: ["host", "username", "password"],
});

const service = object({
  fields: {
    args: textsOrNull,
    command: textsOrNull,
    credentials,
    dependencies: list(object({ fields: { service: text() } })),
    env: textsOrNull,
    expose: orNull(list(expose)),
    image: text({ minChars: 1 }),
    params,
  },
  required: ["image"],
});

function cpuUnits(value: TsValue, problems: Problems): void {
  const isText = value.type === "string";
  const good = isText
    ? /^[0-9]+(\.[0-9]+)?[a-zA-Z]*$/.test(value.value) && !/^0+(\.0+)?m?$/.test(value.value)
    : value.type === "number" && Number.isFinite(value.value) && value.value > 0;
  if (!good)
    problems.add("cpu-units", value, "CPU units must be above 0: cores such as 0.5, or millicores such as 500m");
}

function gpuUnits(value: TsValue, problems: Problems): void {
  const good = value.type === "string" || (value.type === "number" && Number.isFinite(value.value));
  if (!good) problems.add("gpu-units", value, "GPU units must be a number");
}

function hasUnits(units: TsValue | undefined): boolean {
  if (units?.type === "number") return units.value > 0;
  return units?.type === "string" && !/^0+(\.0+)?$/.test(units.value);
}

function gpuCoherence(value: TsValue, problems: Problems): void {
  const units = member(value, "units");
  const attributes = member(value, "attributes");
  if (attributes === undefined && hasUnits(units)) {
    problems.add("gpu-attributes", value, "GPU attributes must be present if units > 0");
  } else if (attributes !== undefined && !hasUnits(units)) {
    problems.add("gpu-attributes", attributes, "GPU attributes need units above 0");
  }
}

function vendorNotEmpty(value: TsValue, problems: Problems): void {
  if (value.type === "object" && value.members.size === 0) {
    problems.add("gpu-attributes", value, "name at least one vendor: vendor: {nvidia: }");
  }
}

const nvidiaModel = object({
  fields: { interface: text({ oneOf: ["pcie", "sxm"] }), model: text(), ram: text() },
});

const gpu = all(
  object({
    fields: {
      attributes: object({
        fields: { vendor: all(object({ fields: { nvidia: orNull(list(nvidiaModel)) } }), vendorNotEmpty) },
      }),
      units: gpuUnits,
    },
  }),
  gpuCoherence,
);

const persistentClasses = new Set(["beta1", "beta2", "beta3", "default"]);

function boolOrText(value: TsValue, problems: Problems): void {
  if (value.type !== "boolean" && value.type !== "string") {
    problems.add("wrong-type", value, `expected true or false, not ${value.type}`);
  }
}

function classAndPersistence(value: TsValue, problems: Problems): void {
  const storageClass = member(value, "class");
  const persistent = member(value, "persistent");
  if (storageClass?.type !== "string" || persistent === undefined) return;
  const isTrue =
    (persistent.type === "boolean" && persistent.value) ||
    (persistent.type === "string" && persistent.value === "true");
  if (storageClass.value === "ram" && isTrue) {
    problems.add("storage-attributes", value, "class ram cannot be persistent: write persistent: false");
  }
  if (persistentClasses.has(storageClass.value) && !isTrue) {
    problems.add("storage-attributes", value, `class ${storageClass.value} needs persistent: true`);
  }
}

const volume = object({
  fields: {
    attributes: all(
      object({ fields: { class: text(), persistent: boolOrText }, required: ["class", "persistent"] }),
      classAndPersistence,
    ),
    name: text(),
    size: text(),
  },
  required: ["size"],
});

const compute = object({
  fields: {
    resources: object({
      fields: {
        cpu: object({ fields: { attributes: anyObject, units: cpuUnits }, required: ["units"] }),
        gpu,
        memory: object({ fields: { size: text() }, required: ["size"] }),
        storage: listOr(list(volume), volume),
      },
      required: ["cpu", "memory", "storage"],
    }),
  },
  required: ["resources"],
});

function amount(value: TsValue, problems: Problems): void {
  const good =
    value.type === "string"
      ? /^[0-9]+(\.[0-9]+)?$/.test(value.value)
      : value.type === "number" && Number.isFinite(value.value) && value.value >= 0;
  if (!good) problems.add("price", value, "the amount must be a number of at least 0, without exponent if quoted");
}

const denom: Shape = (value, problems) => {
  if (value.type === "string" && (value.value === "uakt" || value.value === "uact")) return;
  problems.add("denomination", value, "the denomination must be uakt or uact");
};

const placement = object({
  fields: {
    attributes: anyObject,
    pricing: object({ rest: object({ fields: { amount, denom }, required: ["denom", "amount"] }) }),
    signedBy: object({ fields: { allOf: texts, anyOf: texts } }),
  },
  required: ["pricing"],
});

/** The whole SDL. */
export const sdlShape: Shape = object({
  fields: {
    deployment: object({
      rest: object({
        rest: object({ fields: { count: integer(1), profile: text() }, required: ["profile", "count"] }),
      }),
    }),
    endpoints: object({
      rest: object({ fields: { kind: text({ oneOf: ["ip"] }) }, required: ["kind"] }),
      restNames: /^[a-z]+[-_0-9a-z]+$/,
    }),
    include: texts,
    profiles: object({
      fields: { compute: object({ rest: compute }), placement: object({ rest: placement }) },
      required: ["compute", "placement"],
    }),
    reclamation: object({
      fields: {
        min_window: text({ pattern: /^[1-9][0-9]*(s|m|h)$/, like: 'a whole number with s, m or h, such as "24h"' }),
      },
      required: ["min_window"],
    }),
    services: object({ rest: service }),
    version: text({ oneOf: ["2.0", "2.1"] }),
  },
  required: ["version", "services", "profiles", "deployment"],
});
