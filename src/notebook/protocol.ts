// The wire form of Jupyter's messages, version 5.3 (https://jupyter-client.readthedocs.io/en/stable/messaging.html):
// frames [identities..., "<IDS|MSG>", signature, header, parent, metadata, content], signed with HMAC-SHA256.

import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** One message, to or from a kernel. */
export interface Message {
  readonly type: string;
  readonly id: string;
  /** The id of the request that this message answers or belongs to; empty where there is none. */
  readonly parent: string;
  readonly content: Readonly<Record<string, unknown>>;
}

const delimiter = Buffer.from("<IDS|MSG>");

/** A new request with an id of its own. */
export function request(type: string, content: Readonly<Record<string, unknown>>): Message {
  return { type, id: randomUUID(), parent: "", content };
}

/**
 * The frames of a message, signed with `key`.
 * Example: `encode(request("kernel_info_request", {}), "secret", "session").length` is 6.
 */
export function encode(message: Message, key: string, session: string): Buffer[] {
  const header = {
    msg_id: message.id,
    msg_type: message.type,
    session,
    username: "ergodic",
    date: new Date().toISOString(),
    version: "5.3",
  };
  const parent = message.parent === "" ? {} : { msg_id: message.parent };
  const parts = [header, parent, {}, message.content].map((part) => Buffer.from(JSON.stringify(part)));
  return [delimiter, Buffer.from(sign(parts, key)), ...parts];
}

/** The message in `frames`; throws an Error where the frames are none or were not signed with `key`. */
export function decode(frames: readonly Uint8Array[], key: string): Message {
  const start = frames.findIndex((frame) => delimiter.equals(frame));
  if (start < 0 || frames.length < start + 6) throw new Error("a message from the kernel is incomplete");
  const signature = Buffer.from(frames[start + 1]);
  const parts = frames.slice(start + 2);
  const expected = Buffer.from(sign(parts, key));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new Error("a message from the kernel has a wrong signature");
  }
  const [header, parent, , content] = parts.slice(0, 4).map((part) => JSON.parse(Buffer.from(part).toString("utf8")));
  return { type: header.msg_type, id: header.msg_id, parent: parent.msg_id ?? "", content };
}

function sign(parts: readonly Uint8Array[], key: string): string {
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
