// A record's bytes in readable form: text, JSON, CSV, hex. The bytes are untrusted: everything here
// returns plain strings for text nodes, bounded in size, in which invisible characters and those
// that reverse the line are made visible. Pure.

export const textMax = 64 * 1024; // characters of text and JSON that are shown
export const hexMax = 16 * 1024; // bytes
export const csvRowsMax = 200,
  csvColumnsMax = 60;
const indentMax = 40; // deeper nesting is not indented further

export const fromBase64 = (text: string) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/**
 * The text of `bytes` in UTF-8; null when they are not UTF-8. `cut`: they may end within a
 * character.
 */
export function utf8(bytes: Uint8Array, cut = false): string | null {
  for (let less = 0; less <= (cut ? 3 : 0) && less <= bytes.length; less++) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        bytes.subarray(0, bytes.length - less),
      );
    } catch {
      /* not so long */
    }
  }
  return null;
}

// C0 and C1 controls; characters without width, and those that change the direction of the text
// (Unicode's Cf); lone surrogates.
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|[\u{e0000}-\u{e007f}]/gu;

/**
 * Text with every character visible: a zero byte as "⟨00⟩", a character that reverses the line as
 * "⟨U+202E⟩". New lines and tabs stay.
 */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(hidden, (c) => {
    const code = c.codePointAt(0)!;
    const hex = code.toString(16).toUpperCase();
    return code < 0x80
      ? `\u27e8${hex.padStart(2, "0")}\u27e9`
      : `\u27e8U+${hex.padStart(4, "0")}\u27e9`;
  });
}

/** One line of it, for a list. */
export const oneLine = (text: string) =>
  visible(text).replace(/[\n\t]/g, (c) => (c === "\n" ? "\u21b5" : "\u21e5"));

export const shorten = (text: string, most: number) =>
  text.length > most ? { text: text.slice(0, most), cut: true } : { text, cut: false };

/** A list's line for bytes that may be anything. */
export function preview(bytes: Uint8Array, size: number): string {
  const text = utf8(bytes, size > bytes.length);
  if (text !== null && !isMostlyControls(text)) return oneLine(text);
  return [...bytes.subarray(0, 24)].map(hex2).join(" ");
}

// Such text is not read as text.
const isMostlyControls = (text: string) =>
  (text.slice(0, 4096).match(/[\u0000-\u0008\u000e-\u001f]/g) ?? []).length * 8 >
  Math.min(text.length, 4096);

const hex2 = (byte: number) => byte.toString(16).padStart(2, "0");

/** "00000000  7b 22 ...  {"...": sixteen bytes a line. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, hexMax); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const codes = row.map(hex2);
    lines.push(
      `${at.toString(16).padStart(8, "0")}  ${codes.slice(0, 8).join(" ").padEnd(23)}  ${codes.slice(8).join(" ").padEnd(23)}  ${row.map((b) => (b >= 0x20 && b < 0x7f ? String.fromCharCode(b) : ".")).join("")}`,
    );
  }
  return lines.join("\n");
}

/**
 * JSON with each member on a line: one document, or one a line. The tokens stay as they were sent,
 * so that no number loses digits and no duplicate member is lost. null when the text is not JSON.
 */
export function prettyJson(text: string): { text: string; documents: number; cut: boolean } | null {
  const is = (candidate: string) => {
    try {
      JSON.parse(candidate);
      return true;
    } catch {
      return false;
    }
  };
  let documents = [text];
  if (!/^\s*[[{]/.test(text)) return null;
  if (!is(text)) {
    documents = text.split(/\r?\n/).filter((line) => line.trim());
    if (documents.length < 2 || !documents.every((line) => /^\s*[[{]/.test(line) && is(line)))
      return null;
  }
  let out = "",
    cut = false;
  for (const document of documents) {
    if (out.length > textMax) {
      cut = true;
      break;
    }
    out += `${out ? "\n" : ""}${indented(document, textMax - out.length)}`;
  }
  const short = shorten(out, textMax);
  return { text: short.text, documents: documents.length, cut: cut || short.cut };
}

function indented(json: string, most: number): string {
  let out = "",
    depth = 0,
    at = 0;
  const line = () => `\n${"  ".repeat(Math.min(depth, indentMax))}`;
  while (at < json.length && out.length <= most) {
    const c = json[at];
    if (c === '"') {
      let end = at + 1;
      while (json[end] !== '"') end += json[end] === "\\" ? 2 : 1;
      out += json.slice(at, end + 1);
      at = end + 1;
      continue;
    }
    if (c === "{" || c === "[") {
      const empty = /^\s*[}\]]/.exec(json.slice(at + 1, at + 65));
      if (empty) {
        out += c + (c === "{" ? "}" : "]");
        at += 1 + empty[0].length;
        continue;
      }
      depth++;
      out += c + line();
    } else if (c === "}" || c === "]") {
      depth--;
      out += line() + c;
    } else if (c === ",") out += c + line();
    else if (c === ":") out += ": ";
    else if (!/\s/.test(c)) out += c;
    at++;
  }
  return out;
}

/** Rows of RFC 4180; quoted fields may hold delimiters and new lines. */
export function csvRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [],
    cell = "",
    quoted = false,
    began = false;
  const endCell = () => {
    if (row.length < csvColumnsMax) row.push(cell);
    cell = "";
    began = false;
  };
  const endRow = () => {
    endCell();
    rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length && rows.length < csvRowsMax; at++) {
    const c = text[at];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (c === '"' && !began) {
      quoted = true;
      began = true;
    } else if (c === delimiter) endCell();
    else if (c === "\n" || (c === "\r" && text[at + 1] === "\n")) {
      if (c === "\r") at++;
      endRow();
    } else {
      cell += c;
      began = true;
    }
  }
  if (rows.length < csvRowsMax && (cell || row.length || began)) endRow();
  return rows;
}

/** The text as its most likely table; null when no delimiter splits it into columns. */
export function csvTable(text: string): { delimiter: string; rows: string[][] } | null {
  let best: { delimiter: string; rows: string[][] } | null = null;
  for (const delimiter of [",", "\t", ";", "|"]) {
    const rows = csvRows(text, delimiter);
    const columns = rows[0]?.length ?? 0;
    if (columns < 2 || !rows.every((row) => row.length === columns)) continue;
    if (!best || columns > best.rows[0].length) best = { delimiter, rows };
  }
  return best;
}

export type View = "users" | "json" | "csv" | "text" | "hex";

/** The form in which bytes are shown first, and the other possible forms. */
export function views(
  bytes: Uint8Array,
  isCut: boolean,
  aggregates: boolean,
): { first: View; all: View[] } {
  const text = utf8(bytes, isCut);
  const all: View[] = aggregates ? ["users"] : [];
  if (text !== null) {
    if (!isCut && prettyJson(text)) all.push("json");
    const table = csvTable(text);
    const isTable = table && (table.rows[0].length > 2 || table.rows.length > 1);
    if (table && isTable) all.push("csv", "text");
    else if (table) all.push("text", "csv");
    else all.push("text");
  }
  all.push("hex");
  const first =
    all[0] !== "users" && all[0] !== "json" && text !== null && isMostlyControls(text)
      ? "hex"
      : all[0];
  return { first, all };
}
