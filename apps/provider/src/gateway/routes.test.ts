import assert from "node:assert/strict";
import { test } from "node:test";
import { matchRoute } from "./routes.ts";

/** Kind of the route, or the status of the answer. */
function outcome(method: string, target: string): string | number {
  const match = matchRoute(method, target);
  return "route" in match ? match.route.kind : match.response.status;
}

test("every route of the reference by its method", () => {
  const known: readonly (readonly [string, string, string])[] = [
    ["GET", "/version", "version"],
    ["GET", "/address", "address"],
    ["GET", "/status?x=1", "status"],
    ["PUT", "/deployment/7/manifest", "sendManifest"],
    ["GET", "/lease/7/1/1/manifest", "getManifest"],
    ["GET", "/lease/7/1/1/status", "leaseStatus"],
    ["GET", "/lease/7/1/1/service/web/status", "serviceStatus"],
    ["GET", "/lease/7/1/1/kubeevents?follow=true", "events"],
    ["GET", "/lease/7/1/1/logs", "logs"],
    ["GET", "/lease/7/1/1/shell", "shell"],
    ["POST", "/lease/7/1/1/shell", "shell"],
    ["POST", "/hostname/migrate", "hostnameMigrate"],
    ["POST", "/endpoint/migrate", "endpointMigrate"],
  ];
  for (const [method, target, kind] of known) assert.equal(outcome(method, target), kind, target);
});

test("a wrong method is 405, but under a lease an unknown page", () => {
  assert.equal(outcome("POST", "/version"), 405);
  assert.equal(outcome("GET", "/deployment/7/manifest"), 405);
  assert.equal(outcome("GET", "/hostname/migrate"), 405);
  assert.equal(outcome("POST", "/lease/7/1/1/status"), 404);
});

test("paths are cleaned by a redirect that keeps the query, and are otherwise exact", () => {
  const match = matchRoute("GET", "//status/./x/../?a=b");
  assert.ok("response" in match);
  assert.deepEqual([match.response.status, match.response.headers.Location], [301, "/status/?a=b"]);
  for (const target of [
    "/",
    "/status/",
    "/lease/7/1/status",
    "/lease/7/1/1/service/status",
    "/lease/7/1/1/x",
    "/validate",
  ]) {
    assert.equal(outcome("GET", target), 404, target);
  }
  assert.equal(outcome("GET", "/%"), 400);
  assert.equal(outcome("GET", "/lease/7/1/1/service/we%62/status"), "serviceStatus");
});
