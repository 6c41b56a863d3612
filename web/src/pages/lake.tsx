// The lake: databases, tables with what lies in them, and the crawlers that find them.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, useLive, type ApiError } from "../api";
import type { Lake, LakeTable, TableRun, TableTotal } from "../lake_api";
import { Empty, freshet } from "../parts/command";
import { CrawlReasons } from "../parts/crawl_reasons";
import { CrawlerTable } from "../parts/crawler_table";
import { bytes, count } from "../parts/format";
import { LiveHeader } from "../parts/live";
import { percent } from "../parts/ring";
import { TableView } from "./table";

export function LakePage({ database, table }: { database?: string; table?: string }) {
  return database && table ? (
    <TableView key={`${database}/${table}`} database={database} table={table} />
  ) : (
    <LakeList only={database} />
  );
}

type Total = (TableTotal | { error: string }) & { state: string };
interface Item {
  database: string;
  table: LakeTable;
}
const idOf = ({ database, table }: Item) => `${database}/${table.name}`;

/**
 * Files and bytes of the tables whose rows were in view, counted one after another; again after a
 * run of it has ended.
 */
function useTotals(items: Item[], seen: Set<string>, running: TableRun[], turn: number) {
  const [totals, setTotals] = useState<Record<string, Total>>({});
  const busy = new Set(running.map((run) => `${run.database}/${run.table}`));
  const next = items.find((one) => {
    const id = idOf(one);
    const state = `${turn} ${busy.has(id)}`;
    return !one.table.is_view && one.table.location && seen.has(id) && totals[id]?.state !== state;
  });
  const wanted = next && idOf(next);
  const state = next && `${turn} ${busy.has(idOf(next))}`;
  useEffect(() => {
    if (!next) return;
    let isCurrent = true;
    get<TableTotal>("tables/total", { database: next.database, table: next.table.name })
      .catch((error: ApiError) => ({ error: error.message }))
      .then((total) => {
        if (isCurrent) setTotals((all) => ({ ...all, [wanted!]: { ...total, state: state! } }));
      });
    return () => {
      isCurrent = false;
    };
  }, [wanted, state]);
  return totals;
}

/** The rows that came into view, by their tables. */
function useSeen() {
  const [seen, setSeen] = useState<Set<string>>(new Set());
  const observer = useRef<IntersectionObserver | null>(null);
  observer.current ??= new IntersectionObserver((entries) => {
    const came = entries
      .filter((entry) => entry.isIntersecting)
      .map((entry) => (entry.target as HTMLElement).dataset.table!);
    if (came.length) setSeen((all) => new Set([...all, ...came]));
  });
  useEffect(() => () => observer.current?.disconnect(), []);
  return { seen, observer: observer.current };
}

function LakeList({ only }: { only?: string }) {
  const { data, live } = useLive<Lake>("lake");
  const databases = data?.databases.filter((one) => !only || one.name === only) ?? [];
  const items = databases.flatMap((one) =>
    one.tables.map((table) => ({ database: one.name, table })),
  );
  const [turn, setTurn] = useState(0);
  const { seen, observer } = useSeen();
  const totals = useTotals(items, seen, data?.running ?? [], turn);
  const [explained, setExplained] = useState<string | null>(null);
  return (
    <>
      <LiveHeader title="Lake" live={live} now={data?.now_ms} />
      {!data ? (
        <section class="card">
          <div class="empty">Waiting for the first figures…</div>
        </section>
      ) : (
        <div class="stack">
          <section class="card">
            <header>
              <h2>Tables</h2>
              {items.length > 0 && (
                <span class="soft">
                  {count(items.length)} in {count(databases.length)} databases
                </span>
              )}
              <span class="grow" />
              {items.length > 0 && <button onClick={() => setTurn(turn + 1)}>Count again</button>}
            </header>
            {items.length ? (
              <Tables {...{ items, totals, observer }} running={data.running} />
            ) : (
              <Empty
                title={only ? `There is no table in ${only}.` : "No table yet."}
                commands={[
                  freshet(
                    `query "CREATE EXTERNAL TABLE rows (name string, value string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' LOCATION 's3://BUCKET/PREFIX/'"`,
                  ),
                ]}
              >
                <p>
                  A crawler makes tables from the objects of a bucket; a statement makes one too.
                </p>
              </Empty>
            )}
            {data.is_cut && <p class="more soft">There are more tables than are listed.</p>}
          </section>
          <section class="card">
            <header>
              <h2>Crawlers</h2>
              {data.crawlers_total > 0 && (
                <span class="soft">
                  {data.crawlers.length < data.crawlers_total
                    ? `the first ${count(data.crawlers.length)} of ${count(data.crawlers_total)}`
                    : count(data.crawlers_total)}
                </span>
              )}
            </header>
            <CrawlerTable crawlers={data.crawlers} now={data.now_ms} onExplain={setExplained} />
          </section>
          {explained !== null && (
            <CrawlReasons
              key={explained}
              name={explained}
              last={data.crawlers.find((one) => one.name === explained)?.last?.started_ms}
              onClose={() => setExplained(null)}
            />
          )}
        </div>
      )}
    </>
  );
}

function Tables({
  items,
  totals,
  observer,
  running,
}: {
  items: Item[];
  totals: Record<string, Total>;
  observer: IntersectionObserver;
  running: TableRun[];
}) {
  return (
    <div class="scroll tall" tabIndex={0} role="region" aria-label="Tables">
      <table class="many" data-testid="tables">
        <thead>
          <tr>
            <th scope="col">Table</th>
            <th scope="col" class="wide-only">
              Database
            </th>
            <th scope="col" class="wide-only">
              Format
            </th>
            <th scope="col" class="wide-only">
              Partitioned by
            </th>
            <th scope="col" class="number">
              Partitions
            </th>
            <th scope="col" class="number">
              Files
            </th>
            <th scope="col" class="number">
              Small
            </th>
            <th scope="col" class="number">
              Bytes
            </th>
            <th scope="col">Optimized</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <Row
              key={idOf(item)}
              item={item}
              total={totals[idOf(item)]}
              observer={observer}
              run={running.find(
                (run) => run.database === item.database && run.table === item.table.name,
              )}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  item,
  total,
  observer,
  run,
}: {
  item: Item;
  total?: Total;
  observer: IntersectionObserver;
  run?: TableRun;
}) {
  const { database, table } = item;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    const shown = row.current;
    if (!shown) return;
    observer.observe(shown);
    return () => observer.unobserve(shown);
  }, []);
  const address = `${encodeURIComponent(database)}/${encodeURIComponent(table.name)}`;
  return (
    <tr data-table={idOf(item)} ref={row}>
      <th scope="row">
        <a href={table.is_view ? `#/query/${address}` : `#/lake/${address}`}>{table.name}</a>
      </th>
      <td class="wide-only">{database}</td>
      <td class="wide-only">
        {table.is_view ? "view" : table.format || <span class="soft">unknown</span>}
      </td>
      <td class="key wide-only" title={table.partition_keys.join(", ")}>
        {table.partition_keys.join(", ")}
      </td>
      <td class="number">{table.partition_keys.length ? count(table.partitions) : ""}</td>
      <Totals isView={table.is_view} total={total} />
      <td>
        {run ? (
          <span class="badge good">
            running, {count(run.partitions_done)} of {count(run.partitions)}
          </span>
        ) : table.has_policy ? (
          "by policy"
        ) : (
          !table.is_view && <span class="soft">when asked</span>
        )}
      </td>
    </tr>
  );
}

function Totals({ isView, total }: { isView: boolean; total?: Total }) {
  if (isView) return <td colSpan={3} />;
  if (!total)
    return (
      <td colSpan={3} class="soft number">
        counting…
      </td>
    );
  if ("error" in total)
    return (
      <td colSpan={3} class="remark" title={total.error}>
        {total.error}
      </td>
    );
  const least = total.is_cut ? "> " : "";
  return (
    <>
      <td class="number">
        {least}
        {count(total.files)}
      </td>
      <td class="number">{total.files ? percent(total.small_files / total.files) : "–"}</td>
      <td class="number">
        {least}
        {bytes(total.bytes)}
      </td>
    </>
  );
}
