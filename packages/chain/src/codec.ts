/** The protobuf codec, named once for the chain: the reference's bytes, and plain message objects. */
export type { DescMessage, DescMethodUnary, Message, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
export { create } from "@bufbuild/protobuf";
export { decode, encode, tryDecode } from "@stoa/wire";
