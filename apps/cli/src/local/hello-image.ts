import { existsSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { CliError } from "../command.ts";
import { tarArchive } from "./tar.ts";

/** The image of examples/hello, made on the spot: no registry is asked for it. */
export const helloImage = "stoa/hello:1";

/** Where Debian's busybox-static puts its one static program. */
const busyboxPaths = ["/bin/busybox", "/usr/bin/busybox"];
/** The names under which the program is called: by the page, and by people in a shell. */
const applets = ["sh", "awk", "cat", "env", "grep", "hostname", "ls", "ps", "sed", "sort"];
const importTimeoutMs = 60_000;

/** Path of the static busybox, or undefined where the package is not installed. */
export function findBusybox(): string | undefined {
  return busyboxPaths.find((path) => existsSync(path));
}

/** The image's file system: a static program, its names, and the page. */
function helloFiles(busybox: string): Buffer {
  return tarArchive([
    { path: "bin/busybox", mode: 0o755, data: readFileSync(busybox) },
    ...applets.map((name) => ({ path: `bin/${name}`, linkTo: "busybox" })),
    { path: "www/cgi-bin/index.cgi", mode: 0o755, data: readFileSync(join(import.meta.dirname, "hello-page.awk")) },
  ]);
}

/** True if the engine has the image. */
export function hasImage(socketPath: string, image: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: `/v1.41/images/${encodeURIComponent(image)}/json` }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on("error", () => resolve(false));
    asked.end();
  });
}

/** Imports the hello image into the engine behind a socket. Throws {@link CliError}. */
export async function importHelloImage(socketPath: string, busybox: string): Promise<void> {
  const body = helloFiles(busybox);
  const [repo, tag] = helloImage.split(":") as [string, string];
  const query = new URLSearchParams({ fromSrc: "-", repo, tag });
  for (const change of ['CMD ["/bin/busybox","httpd","-f","-p","8080","-h","/www"]', "EXPOSE 8080", "ENV PATH=/bin"])
    query.append("changes", change);
  const failure = await new Promise<string | undefined>((resolve) => {
    const sent = request(
      {
        socketPath,
        method: "POST",
        path: `/v1.41/images/create?${query}`,
        headers: { host: "engine", "content-type": "application/x-tar", "content-length": body.length },
        timeout: importTimeoutMs,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (part: string) => {
          text = (text + part).slice(-4096);
        });
        answer.on("error", () => resolve("the engine's answer broke off"));
        answer.on("end", () => {
          const refused = (answer.statusCode ?? 500) >= 400 || text.includes('"error"');
          resolve(refused ? text.trim() : undefined);
        });
      },
    );
    sent.on("timeout", () => sent.destroy(new Error("the engine does not answer")));
    sent.on("error", (error) => resolve(error.message));
    sent.end(body);
  });
  if (failure !== undefined)
    throw new CliError("image_import_failed", `cannot make the image ${helloImage}: ${failure}`, {
      hint: "is the container engine healthy? try: docker info",
    });
}
