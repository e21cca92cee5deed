// Names that other software and every file system can bear, for names that users chose.

/**
 * Gives each name one for a node of a Zarr store, which is also a folder: unlike all given before even where a file system takes no
 * notice of case, without characters that mean something in a path, and not reserved by Zarr (node names of the v3 specification).
 * Most names stay as they are.
 */
export function nodeNames(reserved: readonly string[] = []): (name: string) => string {
  const taken = new Set(reserved.map(folded));
  return (name) => {
    const plain = bearable(name);
    let unused = plain;
    for (let n = 2; taken.has(folded(unused)); n++) unused = unreserved(`${plain}_${n}`);
    taken.add(folded(unused));
    return unused;
  };
}

const LONGEST = 100;

function bearable(name: string): string {
  const plain = [...name.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}_.,\-[\]()]/gu, "_")].slice(0, LONGEST).join("");
  if (plain === "" || /^\.+$/.test(plain)) return "_";
  if (plain === "zarr.json") return "zarr_json";
  return unreserved(plain.replace(/\.+$/, "_"));
}

/** Two underscores at the beginning are for Zarr itself. */
function unreserved(name: string): string {
  return name.replace(/^_{2,}/, "_");
}

function folded(name: string): string {
  return name.toLowerCase();
}
