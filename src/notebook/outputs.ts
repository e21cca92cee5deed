// What the messages of a kernel leave in the cells of a notebook: streams joined, displays updated in place,
// all in the form of nbformat 4.

import type { Message } from "./protocol.js";

/** An output as nbformat 4 stores it. */
export type Output =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; text: string[] }
  | { readonly output_type: "display_data"; data: Bundle; metadata: Bundle }
  | { readonly output_type: "execute_result"; readonly execution_count: number | null; data: Bundle; metadata: Bundle }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

/** MIME types and their contents. */
export type Bundle = Record<string, unknown>;

type Display = Extract<Output, { data: Bundle }>;

/** The displays of a whole notebook that can still be updated, by their `display_id`. */
export type Displays = Map<string, Display[]>;

/** Collects the outputs of one cell; `displays` is shared by all cells of a run. */
export interface Collector {
  readonly outputs: Output[];
  /** Takes one message of the kernel's public channel. */
  receive(message: Message): void;
}

export function collector(displays: Displays): Collector {
  const outputs: Output[] = [];
  let clearBeforeNext = false;

  const add = (output: Output): void => {
    if (clearBeforeNext) outputs.length = 0;
    clearBeforeNext = false;
    outputs.push(output);
  };
  const addDisplay = (display: Display, content: Content): void => {
    add(display);
    const id = displayId(content);
    if (id !== undefined) displays.set(id, [...(displays.get(id) ?? []), display]);
  };

  return {
    outputs,
    receive({ type, content }) {
      switch (type) {
        case "stream": {
          const name = content.name === "stderr" ? "stderr" : "stdout";
          const last = clearBeforeNext ? undefined : outputs.at(-1);
          const text = String(content.text ?? "");
          if (text === "") return;
          if (last?.output_type === "stream" && last.name === name) append(last.text, text);
          else add({ output_type: "stream", name, text: lines(text) });
          return;
        }
        case "display_data":
          addDisplay({ output_type: type, data: bundle(content.data), metadata: record(content.metadata) }, content);
          return;
        case "execute_result": {
          const count = typeof content.execution_count === "number" ? content.execution_count : null;
          const metadata = record(content.metadata);
          addDisplay({ output_type: type, execution_count: count, data: bundle(content.data), metadata }, content);
          return;
        }
        case "update_display_data":
          for (const display of displays.get(displayId(content) ?? "") ?? []) {
            display.data = bundle(content.data);
            display.metadata = record(content.metadata);
          }
          return;
        case "error":
          add({
            output_type: type,
            ename: String(content.ename),
            evalue: String(content.evalue),
            traceback: Array.isArray(content.traceback) ? content.traceback.map(String) : [],
          });
          return;
        case "clear_output":
          if (content.wait === true) clearBeforeNext = true;
          else outputs.length = 0;
      }
    },
  };
}

/** The `display_id` under which a display can be updated later. */
export function displayId(content: Message["content"]): string | undefined {
  const id = record(content.transient).display_id;
  return typeof id === "string" ? id : undefined;
}

/** The lines of a text with their ends, as nbformat keeps them: `lines("a\nb")` is `["a\n", "b"]`. */
export function lines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

type Content = Message["content"];

// Text goes on where the last line was left open; a long output costs time in its own length only.
function append(text: string[], more: string): void {
  const added = lines(more);
  if (added.length === 0) return;
  const last = text.at(-1);
  if (last !== undefined && !last.endsWith("\n")) text[text.length - 1] = last + added.shift();
  for (const line of added) text.push(line);
}

// nbformat keeps texts as lists of lines, JSON as it is, and pictures as one base64 string.
function bundle(data: unknown): Bundle {
  const split = (mime: string): boolean =>
    mime.startsWith("text/") || mime === "image/svg+xml" || mime === "application/javascript";
  return Object.fromEntries(
    Object.entries(record(data)).map(([mime, value]) => [
      mime,
      typeof value === "string" && split(mime) ? lines(value) : value,
    ]),
  );
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
