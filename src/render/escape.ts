// Text on its way into HTML, and source text on its way into a script element.

/** Text as it stands in HTML, between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/**
 * Source text that cannot end the script element it stands in, nor open a comment there. Both sequences occur only
 * inside string literals and regular expressions, where the escapes mean the same.
 */
export function inScript(source: string): string {
  return source.replace(/<\/(script)/gi, "<\\/$1").replaceAll("<!--", "<\\!--");
}
