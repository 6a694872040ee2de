import assert from "node:assert/strict";
import { test } from "node:test";
import { testOwner, testProvider } from "../engine/fixtures.ts";
import { Caller } from "./caller.ts";
import { planFeed } from "./stream-request.ts";

const fullAccess = { access: "full", scope: undefined, permissions: undefined };
const claims = { iss: testOwner, iat: 0n, nbf: 0n, exp: 0n, jti: "", aud: [], version: "v1", leases: fullAccess };
const caller = new Caller(testProvider, claims);
const lease = caller.lease(7n, 1, 1);

const planned = (query: string) => planFeed("logs", lease, new URLSearchParams(query), caller);

test("services are named by the parameter of the reference's provider, or by that of its client", () => {
  const options = { services: ["web", "db"], follow: true, tail: -1 };
  assert.deepEqual(planned("follow=true&service=web,db"), { kind: "logs", lease, options });
  assert.deepEqual(planned("follow=true&services=web%2Cdb"), { kind: "logs", lease, options });
  assert.deepEqual(planned("follow=true&service=web,db&services=other"), { kind: "logs", lease, options });
});
