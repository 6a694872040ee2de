/** What the client asks of its host: a fetch and a websocket, in the form that browsers and Node both have. */

/** Reads an answer piece by piece, or lets go of the rest. */
export interface AnswerReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
  cancel(): Promise<unknown>;
}

export interface FetchAnswer {
  readonly status: number;
  /** With it no more is read than is wanted. */
  readonly body?: { getReader(): AnswerReader } | null;
  text(): Promise<string>;
}

export interface FetchRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The global `fetch` fits. */
export type Fetch = (url: string, request: FetchRequest) => Promise<FetchAnswer>;

export interface Socket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(): void;
}

/** `(url) => new WebSocket(url)` fits. */
export type OpenSocket = (url: string) => Socket;
