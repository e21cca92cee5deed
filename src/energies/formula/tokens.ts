// A formula's text as numbers, names and symbols.

import { fault } from "./fault.js";

export interface Token {
  readonly kind: "number" | "name" | "symbol" | "end";
  /** As it is meant: `x[0]` without spaces, `^` for `**`. */
  readonly text: string;
  /** Where it begins in the formula. */
  readonly at: number;
}

const patterns = {
  space: /\s+/y,
  number: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y,
  // Of numerals only digits, or x² would be a variable of that name in place of a square.
  name: /[\p{L}_][\p{L}\p{Nd}_]*/uy,
  raised: /[⁰¹²³⁴-⁹⁻⁺ⁿ]+/uy,
  index: /\s*\[\s*(\d+)\s*\]/y,
  symbol: /\*\*|[-+*/^(),]/y,
} as const;

/** The tokens of a formula, with an end token last. Throws at a character that belongs to none. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at += found[0].length;
    return found;
  };
  while (at < text.length) {
    if (match(patterns.space) !== null) continue;
    const start = at;
    let found = match(patterns.number);
    if (found !== null) {
      tokens.push({ kind: "number", text: found[0], at: start });
    } else if ((found = match(patterns.name)) !== null) {
      const index = match(patterns.index);
      // 007 and 7 are the same coordinate.
      tokens.push({ kind: "name", text: index === null ? found[0] : `${found[0]}[${Number(index[1])}]`, at: start });
      if (index === null && text[at] === "[") fault(text, at, "an index must be a whole number, as in x[0]");
    } else if ((found = match(patterns.symbol)) !== null) {
      tokens.push({ kind: "symbol", text: found[0] === "**" ? "^" : found[0], at: start });
    } else if ((found = match(patterns.raised)) !== null) {
      fault(text, start, `powers are written with ^, not as ${found[0]}`);
    } else {
      fault(text, at, `${JSON.stringify(String.fromCodePoint(text.codePointAt(at)!))} has no meaning here`);
    }
  }
  tokens.push({ kind: "end", text: "the end", at: text.length });
  return tokens;
}
