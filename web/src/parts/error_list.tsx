// The failed rows of an application, grouped by cause, with the last row of each in full.
import type { EmittedWindow } from "../api";
import { clock, count } from "./format";

interface Cause {
  what: string;
  rows: number;
  last_ms: number;
  sample: string;
}

/** From the newest windows of error_stream; the columns are those of the service. */
export function causesOf(windows: EmittedWindow[]): Cause[] {
  const causes = new Map<string, Cause>();
  for (const window of windows) {
    const at = (name: RegExp) => window.columns.findIndex((column) => name.test(column));
    const message = at(/^MESSAGE$/i),
      error = at(/^ERROR_NAME$/i),
      row = at(/^DATA_ROW$/i);
    for (const cells of window.rows) {
      const text = String(cells[message] ?? cells[error] ?? "an error without a message");
      // The message of the same error differs between rows in the value that it names.
      const what = text.replace(/'[^']*'|"[^"]*"|\b\d[\d.,]*\b/g, "…");
      const known = causes.get(what);
      if (known) {
        known.rows++;
        known.last_ms = Math.max(known.last_ms, window.at_ms);
        continue;
      }
      causes.set(what, {
        what: text,
        rows: 1,
        last_ms: window.at_ms,
        sample: cells
          .map((cell, column) => `${window.columns[column]}: ${unhexed(cell, column === row)}`)
          .join("\n"),
      });
    }
  }
  return [...causes.values()].sort((one, other) => other.rows - one.rows);
}

/** DATA_ROW is the row's bytes in hexadecimal; people want its text. */
function unhexed(cell: string | number | null, isRow: boolean): string {
  const text = String(cell ?? "");
  if (!isRow || !/^([0-9a-f]{2})+$/i.test(text)) return text;
  return new TextDecoder().decode(
    Uint8Array.from(text.match(/../g)!, (pair) => parseInt(pair, 16)),
  );
}

export function ErrorList({ windows, total }: { windows: EmittedWindow[]; total: number }) {
  const causes = causesOf(windows);
  return (
    <section class="card" data-testid="errors">
      <header>
        <h2>Rows that failed</h2>
        <span class="badge bad">{count(total)} in error_stream</span>
        <span class="grow" />
        <span class="soft">causes of the last ones</span>
      </header>
      <div class="body stack tight">
        {causes.map((cause) => (
          <details class="cause">
            <summary>
              <b class="number">{count(cause.rows)}</b> <span>{cause.what}</span>{" "}
              <time class="soft">{clock(cause.last_ms)} UTC</time>
            </summary>
            <pre class="bytes">{cause.sample}</pre>
          </details>
        ))}
        {causes.length === 0 && <p class="soft">None of them is in the windows that are kept.</p>}
      </div>
    </section>
  );
}
