/**
 * Pages of other origins may call the gateway: who asks is told by a token, never by a cookie, so any origin will do
 * (`caller.ts` ignores a browser's certificate on such calls).
 */
import { emptyResponse, type GatewayRequest, type GatewayResponse } from "./message.ts";

/** How long a browser may remember the answer, in seconds: Chrome's own upper bound. */
const maxAgeSeconds = 7200;

/** The answer to a browser that asks before it calls, or undefined if this is not such a question. */
export function preflight(request: GatewayRequest): GatewayResponse | undefined {
  const asks = request.headers["access-control-request-method"] !== undefined && request.headers.origin !== undefined;
  if (request.method !== "OPTIONS" || !asks) return undefined;
  return emptyResponse(204, {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, PUT, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": String(maxAgeSeconds),
  });
}

/** A response that pages of any origin may read. */
export function allowOrigins(response: GatewayResponse): GatewayResponse {
  return { ...response, headers: { ...response.headers, "Access-Control-Allow-Origin": "*" } };
}
