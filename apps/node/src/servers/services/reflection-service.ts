import { type DescFile, type DescMessage, getOption, hasOption } from "@bufbuild/protobuf";
import { accountPrefix, enabledSignModes } from "@stoa/wire";
import { ReflectionService as Interfaces } from "@stoa/wire/cosmos.base.reflection.v1beta1";
import { ReflectionService as Descriptors } from "@stoa/wire/cosmos.base.reflection.v2alpha1";
import { ReflectionService as Files } from "@stoa/wire/cosmos.reflection.v1";
import { SignModeSchema } from "@stoa/wire/cosmos.tx.signing.v1beta1";
import { accepts_interface, implements_interface } from "@stoa/wire/cosmos_proto";
import { registry } from "@stoa/wire/registry";
import type { ServiceContext } from "./service-context.ts";
import { ServiceError } from "./service-error.ts";
import { type ServiceMethod, type ServiceTable, serve } from "./service-table.ts";

/** The interface of all messages of transactions. */
const msgInterface = "cosmos.base.v1beta1.Msg";
const txType = "cosmos.tx.v1beta1.Tx";

/** What the descriptors say of one interface of Any values. */
interface AnyInterface {
  readonly implementers: Set<string>;
  /** Fields that hold one, by message. */
  readonly holders: Map<string, string[]>;
}

class AnyInterfaces {
  private readonly byName = new Map<string, AnyInterface>();

  constructor(messageUrls: readonly string[]) {
    for (const type of registry) if (type.kind === "message") this.read(type);
    for (const url of messageUrls) this.named(msgInterface).implementers.add(url.slice(1));
  }

  private named(name: string): AnyInterface {
    const known = this.byName.get(name) ?? { implementers: new Set(), holders: new Map() };
    this.byName.set(name, known);
    return known;
  }

  private read(message: DescMessage): void {
    if (hasOption(message, implements_interface)) {
      for (const name of getOption(message, implements_interface)) this.named(name).implementers.add(message.typeName);
    }
    for (const field of message.fields) {
      if (!hasOption(field, accepts_interface)) continue;
      const { holders } = this.named(getOption(field, accepts_interface));
      holders.set(message.typeName, [...(holders.get(message.typeName) ?? []), field.name]);
    }
  }

  get names(): string[] {
    return [...this.byName.keys()].sort();
  }

  get(name: string): AnyInterface | undefined {
    return this.byName.get(name);
  }
}

function codecDescriptor(interfaces: AnyInterfaces) {
  return {
    interfaces: interfaces.names.map((fullname) => {
      const { implementers = [], holders = new Map<string, string[]>() } = interfaces.get(fullname) ?? {};
      return {
        fullname,
        interfaceAcceptingMessages: [...holders].map(([holder, fieldDescriptorNames]) => ({
          fullname: holder,
          fieldDescriptorNames,
        })),
        interfaceImplementers: [...implementers].sort().map((each) => ({ fullname: each, typeUrl: `/${each}` })),
      };
    }),
  };
}

function queryServices(services: ServiceTable) {
  const byService = new Map<string, { name: string; fullQueryPath: string }[]>();
  for (const { path, descriptor } of services.values()) {
    const known = byService.get(descriptor.parent.typeName) ?? [];
    byService.set(descriptor.parent.typeName, [...known, { name: descriptor.name, fullQueryPath: path }]);
  }
  return [...byService].map(([fullname, methods]) => ({ fullname, isModule: fullname.endsWith(".Query"), methods }));
}

/** Every file of the registry with what it needs, each once. */
function allFiles(): DescFile[] {
  const files = new Set<DescFile>();
  const add = (file: DescFile): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const needed of file.dependencies) add(needed);
  };
  for (const type of registry) add(type.file);
  return [...files];
}

const signModes = SignModeSchema.values
  .filter(({ number }) => enabledSignModes.includes(number))
  .map(({ name, number }) => ({ name, number, authnInfoProviderMethodFullname: "" }));

/** The SDK's own reflection: interfaces of Any values, served methods and messages, and the schema files. */
export function reflectionService(params: {
  readonly context: ServiceContext;
  readonly messageUrls: readonly string[];
  /** All that is served. */
  readonly services: () => ServiceTable;
}): ServiceMethod[] {
  const { context, messageUrls, services } = params;
  const interfaces = new AnyInterfaces(messageUrls);
  const msgs = messageUrls.map((msgTypeUrl) => ({ msgTypeUrl }));
  const { method } = Descriptors;
  return [
    serve(context, Interfaces.method.listAllInterfaces, async () => ({ interfaceNames: interfaces.names })),
    serve(context, Interfaces.method.listImplementations, async ({ interfaceName }) => {
      if (interfaceName === "") throw new ServiceError("InvalidArgument", "invalid interface name");
      const found = interfaces.get(interfaceName);
      if (found === undefined) throw new ServiceError("NotFound", `no interface ${interfaceName.slice(0, 256)}`);
      return { implementationMessageNames: [...found.implementers].map((name) => `/${name}`).sort() };
    }),
    serve(context, method.getAuthnDescriptor, async () => ({ authn: { signModes } })),
    serve(context, method.getChainDescriptor, async () => ({ chain: { id: context.engine.chainId } })),
    serve(context, method.getCodecDescriptor, async () => ({ codec: codecDescriptor(interfaces) })),
    serve(context, method.getConfigurationDescriptor, async () => ({
      config: { bech32AccountAddressPrefix: accountPrefix },
    })),
    serve(context, method.getQueryServicesDescriptor, async () => ({
      queries: { queryServices: queryServices(services()) },
    })),
    serve(context, method.getTxDescriptor, async () => ({ tx: { fullname: txType, msgs } })),
    serve(context, Files.method.fileDescriptors, async () => ({ files: allFiles().map(({ proto }) => proto) })),
  ];
}
