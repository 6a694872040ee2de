import type { GoDecoder, Spot } from "./go-decoder.ts";
import { isGoNull } from "./go-scalars.ts";
import type { GoCredentials, GoExpose, GoHttpOptions, GoParams, GoService, GoTo } from "./go-sdl.ts";

function readHttpOptions(decoder: GoDecoder, spot: Spot | undefined, expose: Spot): GoHttpOptions {
  const members = decoder.members(spot);
  return {
    maxBodySize: decoder.uint32(members?.get("max_body_size")),
    readTimeout: decoder.uint32(members?.get("read_timeout")),
    sendTimeout: decoder.uint32(members?.get("send_timeout")),
    nextTries: decoder.uint32(members?.get("next_tries")),
    nextTimeout: decoder.uint32(members?.get("next_timeout")),
    nextCases: decoder.texts(members?.get("next_cases")) ?? [],
    proxyBufferSize: decoder.uint32(members?.get("proxy_buffer_size")),
    place: decoder.place(spot ?? expose),
  };
}

function readTo(decoder: GoDecoder, spot: Spot): GoTo {
  const members = decoder.members(spot);
  // Decoded and then ignored, so its types are checked and its values are not.
  readHttpOptions(decoder, members?.get("http_options"), spot);
  return {
    service: decoder.text(members?.get("service")),
    global: decoder.flag(members?.get("global")),
    ip: decoder.text(members?.get("ip")),
    place: decoder.place(spot),
  };
}

// What Go's url.ParseRequestURI refuses in a host, as far as text that reaches it can differ.
const badHost = /[^!-~\u0080-\uffff]|["<>\\^`{|}]|%(?![0-9a-fA-F]{2})/;

function readAccept(decoder: GoDecoder, spot: Spot | undefined): readonly string[] | null {
  const hosts = decoder.texts(spot);
  for (const item of decoder.items(spot) ?? []) {
    if (item.node.kind !== "scalar" || !badHost.test(item.node.text)) continue;
    decoder.problems.add("hostname", decoder.place(item), `"${item.node.text}" is no host name`);
  }
  return hosts;
}

function readExpose(decoder: GoDecoder, spot: Spot): GoExpose {
  const members = decoder.members(spot);
  return {
    port: decoder.uint32(members?.get("port")),
    as: decoder.uint32(members?.get("as")),
    proto: decoder.text(members?.get("proto")),
    to: (decoder.items(members?.get("to")) ?? []).map((item) => readTo(decoder, item)),
    accept: readAccept(decoder, members?.get("accept")),
    httpOptions: readHttpOptions(decoder, members?.get("http_options"), spot),
    place: decoder.place(spot),
  };
}

function readParams(decoder: GoDecoder, spot: Spot | undefined): GoParams | null {
  if (spot === undefined || isGoNull(spot.node)) return null;
  const members = decoder.members(spot);
  const storage = [...(decoder.members(members?.get("storage")) ?? [])].map(([name, one]) => {
    const fields = decoder.members(one);
    const mount = decoder.text(fields?.get("mount"));
    return [name, { mount, readOnly: decoder.flag(fields?.get("readOnly")), place: decoder.place(one) }] as const;
  });
  const permissions = members?.get("permissions");
  const hasPermissions = permissions !== undefined && !isGoNull(permissions.node);
  return {
    storage: new Map(storage),
    permissions: hasPermissions ? (decoder.texts(decoder.members(permissions)?.get("read")) ?? []) : null,
    tee: decoder.text(members?.get("tee")),
    place: decoder.place(spot),
  };
}

function readCredentials(decoder: GoDecoder, spot: Spot | undefined): GoCredentials | null {
  if (spot === undefined || isGoNull(spot.node)) return null;
  const members = decoder.members(spot);
  return {
    host: decoder.text(members?.get("host")),
    email: decoder.text(members?.get("email")),
    username: decoder.text(members?.get("username")),
    password: decoder.text(members?.get("password")),
    place: decoder.place(spot),
  };
}

/** Reads one service (spec: sdl.md §3). */
export function readService(decoder: GoDecoder, spot: Spot): GoService {
  const members = decoder.members(spot);
  for (const item of decoder.items(members?.get("dependencies")) ?? []) {
    decoder.text(decoder.members(item)?.get("service"));
  }
  return {
    image: decoder.text(members?.get("image")),
    command: decoder.texts(members?.get("command")),
    args: decoder.texts(members?.get("args")),
    env: decoder.texts(members?.get("env")),
    expose: (decoder.items(members?.get("expose")) ?? []).map((item) => readExpose(decoder, item)),
    params: readParams(decoder, members?.get("params")),
    credentials: readCredentials(decoder, members?.get("credentials")),
    place: decoder.place(spot),
  };
}
