/** Makes the image that the suite runs, from the machine's own static busybox: no registry is needed. */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { DockerApi } from "./api.ts";
import { hasImage } from "./images.ts";

const busyboxPaths = ["/bin/busybox", "/usr/bin/busybox"];
const blockBytes = 512;

/** Resolves when the engine has the image. Rejects without an engine or without a static busybox. */
export async function provideTestImage(socketPath: string, image: string): Promise<void> {
  if (await hasImage(new DockerApi(socketPath), image)) return;
  const [repo = "", tag = "latest"] = image.split(":");
  await importImage(socketPath, `/images/create?fromSrc=-&repo=${repo}&tag=${tag}`, tarOf("busybox", readBusybox()));
}

function readBusybox(): Buffer {
  for (const path of busyboxPaths) {
    try {
      return readFileSync(path);
    } catch {
      // The next place.
    }
  }
  throw new Error(`no ${busyboxPaths.join(" or ")}: install busybox-static`);
}

function importImage(socketPath: string, path: string, archive: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { host: "engine", "content-type": "application/x-tar", "content-length": archive.length };
    const asked = request({ socketPath, path, method: "POST", headers }, (answer) => {
      answer.resume();
      answer.on("end", () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`status ${answer.statusCode}`)),
      );
    });
    asked.on("error", reject);
    asked.end(archive);
  });
}

/** A tar archive of one executable. */
function tarOf(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  head.write(name, 0);
  head.write(octal(0o755, 7), 100);
  head.write(octal(0, 7), 108);
  head.write(octal(0, 7), 116);
  head.write(octal(content.length, 11), 124);
  head.write(octal(0, 11), 136);
  head.write("        0", 148);
  head.write("ustar\x0000", 257);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return Buffer.concat([head, content, padding, Buffer.alloc(2 * blockBytes)]);
}
