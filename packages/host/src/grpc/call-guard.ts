import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from "@grpc/grpc-js";
import { tooManyRequests } from "../client-rate.ts";

/** What {@link guardCalls} needs. */
export interface CallGuardParams {
  /** Counts a call, or a further message of one, by its client's address; false when it must wait or go. */
  admits(address: string): boolean;
  /** A client may take so long to send a call's first message. */
  readonly requestMs: number;
  /** A reader may take nothing of an answer for so long. */
  readonly stalledReaderMs: number;
  /** Bytes of answers that may wait to be read, of all calls together. */
  readonly maxUnreadBytes: number;
  /** Ends the connection of a peer: a call alone cannot be ended while its answer waits to be read. */
  cut(peer: string): void;
}

/** How long a stream's message waits before it is counted again. */
const nextTryMs = 100;

type Listener = Parameters<ServerInterceptingCallInterface["start"]>[0];

/** Rates of clients, and bounds for those that send or read slowly or never: for every call of a server. */
export function guardCalls(params: CallGuardParams): ServerInterceptor {
  const unread = { bytes: 0 };
  return (_method, call) => new GuardedCall(call, params, unread);
}

class GuardedCall extends ServerInterceptingCall {
  private readonly params: CallGuardParams;
  private readonly unread: { bytes: number };
  private readonly address: string;
  /** Bytes of this call's answers that wait. */
  private waiting = 0;
  private messages = 0;
  /** Of the next message: that it comes, or has its turn. */
  private receiving: NodeJS.Timeout | undefined;
  /** Of an answer that waits to be read. */
  private sending: NodeJS.Timeout | undefined;

  constructor(call: ServerInterceptingCallInterface, params: CallGuardParams, unread: { bytes: number }) {
    super(call);
    this.params = params;
    this.unread = unread;
    this.address = call.getConnectionInfo().remoteAddress ?? "";
  }

  override start(listener: Listener): void {
    if (!this.params.admits(this.address)) {
      this.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: tooManyRequests });
      return;
    }
    this.receiving = this.cutAfter(this.params.requestMs);
    super.start({
      onReceiveMetadata: (metadata: Metadata) => listener.onReceiveMetadata(metadata),
      onReceiveMessage: (message: unknown) => {
        clearTimeout(this.receiving);
        this.deliver(() => listener.onReceiveMessage(message));
      },
      onReceiveHalfClose: () => {
        clearTimeout(this.receiving);
        listener.onReceiveHalfClose();
      },
      onCancel: () => {
        clearTimeout(this.receiving);
        clearTimeout(this.sending);
        this.release(this.waiting);
        listener.onCancel();
      },
    });
  }

  override sendMessage(message: Uint8Array, callback: () => void): void {
    const { length } = message;
    if (this.unread.bytes + length > this.params.maxUnreadBytes) {
      this.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: "too many answers wait to be read" });
      return;
    }
    this.unread.bytes += length;
    this.waiting += length;
    clearTimeout(this.sending);
    this.sending = this.cutAfter(this.params.stalledReaderMs);
    super.sendMessage(message, () => {
      clearTimeout(this.sending);
      this.release(length);
      callback();
    });
  }

  /** Hands on a message; on a stream at the client's rate, which is not ended by what it may ask later. */
  private deliver(hand: () => void): void {
    // The first one was counted with the call.
    if (this.messages++ === 0 || this.params.admits(this.address)) hand();
    else {
      this.messages--;
      this.receiving = setTimeout(() => this.deliver(hand), nextTryMs);
    }
  }

  private release(bytes: number): void {
    const freed = Math.min(bytes, this.waiting);
    this.waiting -= freed;
    this.unread.bytes -= freed;
  }

  private cutAfter(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.params.cut(this.getPeer()), ms);
  }
}
