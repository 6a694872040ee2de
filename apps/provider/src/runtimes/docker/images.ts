/** Brings an image to the engine: nothing when it is there, else a pull with progress. */
import { type Progress, type RegistryCredentials, RuntimeError } from "../runtime.ts";
import { type DockerApi, EngineRefusal } from "./api.ts";
import { field, numberField, textField } from "./engine-types.ts";
import { jsonLines } from "./streams.ts";

/** Progress reaches people at most this often. */
export const progressIntervalMs = 250;

export interface PullRequest {
  readonly image: string;
  readonly service: string;
  readonly credentials: RegistryCredentials | null;
  readonly onProgress: (progress: Progress) => void;
  readonly signal: AbortSignal | undefined;
}

export async function hasImage(api: DockerApi, image: string): Promise<boolean> {
  try {
    await api.call("GET", `/images/${encodeURIComponent(image)}/json`);
    return true;
  } catch (cause) {
    if (cause instanceof EngineRefusal && cause.status === 404) return false;
    if (cause instanceof EngineRefusal && cause.status === 400) {
      throw new RuntimeError("no-such-image", `image ${image}: ${cause.message}`, cause);
    }
    throw cause;
  }
}

/** Resolves when the image is local. Throws RuntimeError `no-such-image` or `image-pull`. */
export async function pullImage(api: DockerApi, pull: PullRequest): Promise<void> {
  const { image, service, onProgress } = pull;
  onProgress({ service, step: "pulling", detail: image, doneBytes: 0, totalBytes: 0 });
  try {
    const answer = await api.stream("POST", "/images/create", {
      query: { fromImage: withTag(image) },
      headers: registryHeaders(pull.credentials),
      signal: pull.signal,
    });
    const layers = new Map<string, { done: number; total: number }>();
    let lastMs = Number.NEGATIVE_INFINITY;
    for await (const line of jsonLines(answer)) {
      const error = textField(line, "error");
      if (error !== "") throw pullError(image, error);
      const detail = field(line, "progressDetail");
      const layer = textField(line, "id");
      const total = numberField(detail, "total");
      if (layer === "" || total === 0) continue;
      layers.set(layer, { done: numberField(detail, "current"), total });
      const nowMs = performance.now();
      if (nowMs - lastMs < progressIntervalMs) continue;
      lastMs = nowMs;
      let doneBytes = 0;
      let totalBytes = 0;
      for (const each of layers.values()) {
        doneBytes += each.done;
        totalBytes += each.total;
      }
      onProgress({ service, step: "pulling", detail: image, doneBytes, totalBytes });
    }
  } catch (cause) {
    if (cause instanceof EngineRefusal) throw pullError(image, cause.message, cause);
    throw cause;
  }
  onProgress({ service, step: "pulled", detail: image, doneBytes: 0, totalBytes: 0 });
}

/** Without a tag the engine would bring every tag of the repository. */
export function withTag(image: string): string {
  const name = image.slice(image.lastIndexOf("/") + 1);
  return name.includes(":") || image.includes("@") ? image : `${image}:latest`;
}

function registryHeaders(credentials: RegistryCredentials | null): Record<string, string> {
  if (credentials === null) return {};
  const login = { username: credentials.username, password: credentials.password, serveraddress: credentials.host };
  return { "x-registry-auth": Buffer.from(JSON.stringify(login)).toString("base64url") };
}

/** The registry's words tell a wrong name from a registry that cannot be reached; only the first is the tenant's to mend. */
function pullError(image: string, message: string, cause?: unknown): RuntimeError {
  const wrongName = /not found|does not exist|manifest unknown|invalid reference|access denied|unauthorized/i;
  const code = wrongName.test(message) ? "no-such-image" : "image-pull";
  return new RuntimeError(code, `image ${image} cannot be pulled: ${message}`, cause);
}
