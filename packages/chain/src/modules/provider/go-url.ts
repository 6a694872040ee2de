/**
 * URLs as the reference's parser sees them: which texts it takes, and the scheme, host and path that it finds
 * (the rules of RFC 3986 with that parser's leniency; a provider's host URI is judged by them).
 */
export interface ParsedUrl {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
}

const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]*):/;
// Characters that a host may hold as they are: unreserved, sub-delims, and what literals and zones need.
const hostPattern = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"\u0080-\uffff]*$/;
const userinfoPattern = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const optionalPort = /^(:[0-9]*)?$/;

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

function hasBadEscape(text: string): boolean {
  return /%(?![0-9a-fA-F]{2})/.test(text);
}

function isHost(host: string): boolean {
  if (host.startsWith("[")) {
    const end = host.lastIndexOf("]");
    return end >= 0 && optionalPort.test(host.slice(end + 1)) && /^\[[0-9a-fA-F:.%A-Za-z]*\]/.test(host);
  }
  const colon = host.lastIndexOf(":");
  const name = colon < 0 ? host : host.slice(0, colon);
  return (colon < 0 || optionalPort.test(host.slice(colon))) && !name.includes(":") && hostPattern.test(host);
}

/** The parts of a URL, or undefined for a text that is none. */
export function parseUrl(text: string): ParsedUrl | undefined {
  const whole = text.split("#", 1)[0] ?? "";
  if (hasControl(text) || whole.startsWith(":")) return undefined;
  const match = schemePattern.exec(whole);
  const scheme = match?.[1]?.toLowerCase() ?? "";
  const rest = (match === null ? whole : whole.slice(match[0].length)).split("?", 1)[0] ?? "";
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { scheme, host: "", path: "" };
    if ((rest.split("/", 1)[0] ?? "").includes(":") || hasBadEscape(rest)) return undefined;
    return { scheme, host: "", path: rest };
  }
  if (!rest.startsWith("//") || (scheme === "" && rest.startsWith("///"))) {
    return hasBadEscape(rest) ? undefined : { scheme, host: "", path: rest };
  }
  const slash = rest.indexOf("/", 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const path = slash < 0 ? "" : rest.slice(slash);
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  if (at >= 0 && !userinfoPattern.test(authority.slice(0, at))) return undefined;
  if (!isHost(host) || hasBadEscape(path)) return undefined;
  return { scheme, host, path };
}
