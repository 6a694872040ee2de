import { ProviderSchema } from "@stoa/wire/akash.provider.v1beta4";
import { messageValue, TypedMap } from "../../collections.ts";
import { prefixedBytesKey } from "../../key-codec.ts";

/** The store `provider`: one record an address. */
export const providers = new TypedMap({
  store: "provider",
  prefix: Uint8Array.of(0x01),
  key: prefixedBytesKey,
  value: messageValue(ProviderSchema),
});
