// SQL over the lake: the catalog on the left, the statement, and its result or the place of its
// error.
import { useEffect, useRef, useState } from "preact/hooks";
import { post, useLoaded, type ApiError, type Database, type QueryResult } from "../api";
import { Empty, freshet } from "../parts/command";
import { Editor } from "../parts/editor";
import { bytes, duration } from "../parts/format";
import { ResultTable } from "../parts/result_table";

const kept = "freshet.sql";

/** The outcome of the last statement, for users who leave the page and return. */
interface Ending {
  result: QueryResult | null;
  error: ApiError | null;
  stopped?: "by hand" | "by leaving";
}
let last: Ending = { result: null, error: null };

/** The statement selects from `table`; without `database`, from the first database that has it. */
export function QueryPage({ database: named, table }: { database?: string; table?: string }) {
  const { data: catalog, reload } = useLoaded<{ databases: Database[] }>("catalog");
  const [database, setDatabase] = useState<string | null>(null);
  const [sql, setText] = useState<string | null>(table ? null : sessionStorage.getItem(kept));
  const [ending, setEnding] = useState<Ending>(table ? { result: null, error: null } : last);
  const [running, setRunning] = useState<{ id: string; since: number } | null>(null);
  const [stopping, setStopping] = useState(false);
  const under = useRef<string | null>(null),
    byHand = useRef<string | null>(null);
  const { result, error, stopped } = ending;
  const seconds = useSeconds(running?.since);

  const databases = catalog?.databases ?? [];
  const has = (one: Database) => one.tables.some((t) => t.name === table);
  const home = table ? databases.find((d) => (!named || d.name === named) && has(d)) : undefined;
  const isMissing = !!catalog && !!table && !home;
  const chosen =
    database ??
    home?.name ??
    (catalog ? undefined : named) ??
    databases.find((d) => d.tables.length)?.name ??
    databases[0]?.name ??
    "default";
  const first =
    home?.name === chosen || !catalog
      ? table
      : databases.find((d) => d.name === chosen)?.tables[0]?.name;
  const text = sql ?? (first ? `SELECT *\nFROM ${quoted(first)}\nLIMIT 100` : "SELECT 1");

  const setSql = (next: string) => {
    setText(next);
    sessionStorage.setItem(kept, next);
  };
  const stop = () => {
    if (under.current) post("query/cancel", { id: under.current }).catch(() => undefined);
  };
  // Nobody waits for the answer once the page was left.
  useEffect(() => {
    const leave = () => {
      if (under.current) last = { result: null, error: null, stopped: "by leaving" };
      stop();
    };
    window.addEventListener("pagehide", stop);
    return () => {
      window.removeEventListener("pagehide", stop);
      leave();
      under.current = null;
    };
  }, []);

  async function run() {
    if (running) return;
    const id = (under.current = crypto.randomUUID());
    setSql(text);
    setRunning({ id, since: Date.now() });
    setEnding({ result: null, error: null });
    setStopping(false);
    let ended: Ending;
    try {
      ended = {
        result: await post<QueryResult>("query", { sql: text, database: chosen, id }),
        error: null,
      };
      reload();
    } catch (problem) {
      ended = {
        result: null,
        error: problem as ApiError,
        stopped: byHand.current === id ? "by hand" : undefined,
      };
    }
    if (under.current !== id) return; // the page was left
    under.current = null;
    last = ended;
    setEnding(ended);
    setRunning(null);
  }

  return (
    <>
      <header>
        <h1>Query</h1>
        <span class="grow" />
        <label class="soft">
          Database{" "}
          <select value={chosen} onChange={(event) => setDatabase(event.currentTarget.value)}>
            {databases.map((d) => (
              <option>{d.name}</option>
            ))}
          </select>
        </label>
      </header>
      {isMissing && (
        <div class="notice stopped" role="alert">
          <b>There is no table {named ? `${named}.${table}` : table}.</b>
          {"\n"}
          <a href="#/query">Query</a> lists them all.
        </div>
      )}
      <div class="split">
        <nav class="card tree" aria-label="Tables and views">
          {databases
            .find((d) => d.name === chosen)
            ?.tables.map((table) => (
              <details open={table.name === first}>
                <summary>
                  {table.name} <span class="soft">{table.is_view ? "view" : ""}</span>
                </summary>
                {[...table.columns, ...table.partition_keys].map((column) => (
                  <div class="column">
                    <span>{column.name}</span>
                    <span>{column.type}</span>
                  </div>
                ))}
                <button
                  class="pick"
                  onClick={() => setSql(`SELECT *\nFROM ${quoted(table.name)}\nLIMIT 100`)}
                >
                  Select from it
                </button>
                {!table.is_view && (
                  <a
                    class="pick"
                    href={`#/lake/${encodeURIComponent(chosen)}/${encodeURIComponent(table.name)}`}
                  >
                    Its partitions and files
                  </a>
                )}
              </details>
            ))}
          {catalog && !databases.some((d) => d.tables.length) && (
            <Empty
              title="No table yet."
              commands={[
                freshet(
                  `query "CREATE EXTERNAL TABLE rows (name string, value string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://BUCKET/PREFIX/'"`,
                ),
              ]}
            >
              <p>A crawler makes tables from the objects of a bucket; a statement makes one too.</p>
            </Empty>
          )}
        </nav>
        <div class="stack">
          <Editor
            label="SQL statement"
            value={text}
            onChange={setSql}
            onRun={run}
            wrongLine={error?.line}
          />
          <div class="row">
            <button class="primary" onClick={run} disabled={!!running}>
              {running ? "Running…" : "Run"}
            </button>
            {running ? (
              <button
                onClick={() => {
                  byHand.current = under.current;
                  setStopping(true);
                  stop();
                }}
                disabled={stopping}
              >
                {stopping ? "Stopping…" : "Stop"}
              </button>
            ) : (
              <span class="soft">
                <kbd>Ctrl</kbd> <kbd>Enter</kbd>
              </span>
            )}
            {running && (
              <span class="soft" role="status">
                for {duration(seconds * 1000)}
              </span>
            )}
            {result && (
              <span class="soft" data-testid="statistics">
                {result.rows.length} rows{result.truncated ? " (first ones)" : ""} in{" "}
                {duration(result.took_ms)}, {bytes(result.scanned_bytes)} scanned
              </span>
            )}
          </div>
          {error?.unreachable && (
            <p class="soft" role="status">
              This statement got no answer: the server cannot be reached.
            </p>
          )}
          {stopped && (
            <p class="soft" role="status">
              {stopped === "by hand"
                ? "Stopped."
                : "This statement was stopped when you left the page."}
            </p>
          )}
          {error && !error.unreachable && !stopped && (
            <div class="notice" role="alert">
              {error.message}
            </div>
          )}
          {result && (
            <section class="card">
              <ResultTable caption="Result" columns={result.columns} rows={result.rows} />
            </section>
          )}
        </div>
      </div>
    </>
  );
}

/** Whole seconds since `since`, while there is one. */
function useSeconds(since?: number): number {
  const [, setTurn] = useState(0);
  useEffect(() => {
    if (since === undefined) return;
    const timer = setInterval(() => setTurn((turn) => turn + 1), 1000);
    return () => clearInterval(timer);
  }, [since]);
  return since === undefined ? 0 : Math.floor((Date.now() - since) / 1000);
}

const quoted = (name: string) =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
