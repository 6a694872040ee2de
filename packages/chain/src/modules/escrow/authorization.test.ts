import assert from "node:assert/strict";
import { test } from "node:test";
import { type DepositAuthorization, DepositAuthorizationSchema } from "@stoa/wire/akash.escrow.v1";
import { create } from "../../codec.ts";
import { checkAuthorization, depositScopes } from "./authorization.ts";

const limited = (spendLimit: { denom: string; amount: string } | undefined): DepositAuthorization =>
  create(DepositAuthorizationSchema, {
    scopes: [depositScopes.deployment],
    ...(spendLimit === undefined ? {} : { spendLimit }),
    spendLimits: [{ denom: "uact", amount: "5" }],
  });

test("the old single limit may be left out, without an amount, or a valid coin of zero", () => {
  for (const limit of [
    undefined,
    { denom: "", amount: "" },
    { denom: "uakt", amount: "" },
    { denom: "uakt", amount: "0" },
  ])
    checkAuthorization(limited(limit));
  for (const limit of [
    { denom: "", amount: "0" },
    { denom: "5", amount: "0" },
    { denom: "uakt", amount: "-1" },
  ])
    assert.throws(() => checkAuthorization(limited(limit)), /spend limit is not valid/);
  assert.throws(() => checkAuthorization(limited({ denom: "uakt", amount: "1" })), /deprecated and must be zero/);
});
