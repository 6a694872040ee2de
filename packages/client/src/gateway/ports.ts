/** What the gateway client asks of its host: requests and websockets to a provider whose certificate was checked. */

export interface GatewayCall {
  readonly method: "GET" | "PUT" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text of the body; undefined for none. */
  readonly body: string | undefined;
  readonly timeoutMs: number;
}

export interface GatewayAnswer {
  readonly status: number;
  readonly text: string;
}

export interface GatewaySocketEvents {
  /** A text message is text, a binary one bytes. */
  message(data: string | Uint8Array): void;
  /** Called once, whoever ended it. */
  closed(code: number, reason: string): void;
}

export interface GatewaySocket {
  send(data: Uint8Array): void;
  close(): void;
}

/** The transport: rejects with an error whose message says why the provider cannot be reached or trusted. */
export interface GatewayTransport {
  request(call: GatewayCall): Promise<GatewayAnswer>;
  openSocket(
    url: string,
    headers: Readonly<Record<string, string>>,
    events: GatewaySocketEvents,
  ): Promise<GatewaySocket>;
}
