// The conversation with a Jupyter kernel over ZeroMQ: requests on the shell channel, outputs on the public one.
// zeromq is a native module and loads when the first kernel is started.

import { setTimeout as pause } from "node:timers/promises";
import { decode, encode, type Message, request } from "./protocol.js";

/** Where a kernel listens: Jupyter's connection file. */
export interface Connection {
  readonly transport: "tcp";
  readonly ip: string;
  readonly signature_scheme: "hmac-sha256";
  readonly key: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly control_port: number;
  readonly stdin_port: number;
  readonly hb_port: number;
}

export interface Channels {
  /** Resolves with the kernel's description of itself as soon as it answers and its outputs can be heard. */
  greet(): Promise<Message["content"]>;
  /**
   * Runs one cell; resolves with the kernel's reply when all the cell's outputs have been delivered.
   * `onOutput` goes on receiving what the cell prints after its end.
   */
  execute(code: string, onOutput: (message: Message) => void): Promise<Message["content"]>;
  /** Asks the kernel to end, without waiting for an answer. */
  shutdown(): Promise<void>;
  /** Whatever is asked, or will be, rejects with this error. */
  fail(error: unknown): void;
  close(): void;
}

/** Opens the channels; the kernel need not listen yet. `session` names this conversation. */
export async function openChannels(connection: Connection, session: string): Promise<Channels> {
  const zmq = await loadZeromq();
  const { ip, key } = connection;
  // No limit on what waits to be read: a subscriber that reaches its limit loses messages.
  const shell = new zmq.Dealer({ linger: 0, receiveHighWaterMark: 0 });
  const published = new zmq.Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  const control = new zmq.Dealer({ linger: 0 });
  const replies = new Map<string, (message: Message) => void>();
  const listeners = new Map<string, (message: Message) => void>();
  const idle = new Map<string, () => void>();
  let heard = false;
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});

  const receive = async (socket: AsyncIterable<Buffer[]>, take: (message: Message) => void): Promise<void> => {
    try {
      for await (const frames of socket) take(decode(frames, key));
    } catch (error) {
      fail(error);
    }
  };
  const ask = async (message: Message): Promise<Message["content"]> => {
    const reply = new Promise<Message>((settle) => replies.set(message.id, settle));
    await Promise.race([shell.send(encode(message, key, session)), failed]);
    return (await Promise.race([reply, failed])).content;
  };

  shell.connect(`tcp://${ip}:${connection.shell_port}`);
  published.connect(`tcp://${ip}:${connection.iopub_port}`);
  published.subscribe();
  receive(shell, (message) => {
    replies.get(message.parent)?.(message);
    replies.delete(message.parent);
  });
  receive(published, (message) => {
    heard = true;
    if (message.type !== "status") return listeners.get(message.parent)?.(message);
    if (message.content.execution_state !== "idle") return;
    idle.get(message.parent)?.();
    idle.delete(message.parent);
  });

  return {
    async greet() {
      // A subscription takes effect some time after the kernel listens: ask until the answer is heard on both channels.
      for (;;) {
        const info = await ask(request("kernel_info_request", {}));
        if (heard) return info;
        await Promise.race([pause(20), failed]);
      }
    },
    async execute(code, onOutput) {
      const message = request("execute_request", {
        code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: false,
        stop_on_error: true,
      });
      listeners.set(message.id, onOutput);
      const delivered = new Promise<void>((settle) => idle.set(message.id, settle));
      const reply = await ask(message);
      // Outputs take another channel than the reply: the last word there is "idle". A kernel that lost it is not waited for.
      const timer = new AbortController();
      const lost = pause(5000, undefined, { signal: timer.signal }).catch(() => {});
      await Promise.race([delivered, failed, lost]);
      timer.abort();
      return reply;
    },
    async shutdown() {
      control.connect(`tcp://${ip}:${connection.control_port}`);
      await control.send(encode(request("shutdown_request", { restart: false }), key, session));
    },
    fail,
    close() {
      fail(new Error("the channels to the kernel are closed"));
      for (const socket of [shell, published, control]) socket.close();
    },
  };
}

async function loadZeromq(): Promise<typeof import("zeromq")> {
  try {
    return await import("zeromq");
  } catch (error) {
    throw new Error(`the notebook runner needs the package zeromq, which does not load: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
