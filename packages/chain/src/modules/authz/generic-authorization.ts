import { type GenericAuthorization, GenericAuthorizationSchema } from "@stoa/wire/cosmos.authz.v1beta1";
import type { AuthorizationKind } from "./types.ts";

/** Allows every message of one type. */
export const genericAuthorization: AuthorizationKind = {
  schema: GenericAuthorizationSchema,
  msgTypeUrl: (authorization) => (authorization as GenericAuthorization).msg,
  check() {},
  accept: () => ({ accept: true, delete: false, updated: undefined }),
};
