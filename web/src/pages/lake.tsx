// The lake: databases, tables with what lies in them, and the crawlers that find them.
import { useEffect, useState } from "preact/hooks";
import { get, useLive, type ApiError } from "../api";
import type { Lake, LakeTable, TableRun, TableTotal } from "../lake_api";
import { Empty, freshet } from "../parts/command";
import { CrawlerTable } from "../parts/crawler_table";
import { bytes, count } from "../parts/format";
import { LiveHeader } from "../parts/live";
import { percent } from "../parts/ring";
import { TableView } from "./table";

/** Tables that are counted without being asked; one at a time. */
const countedMax = 30;

export function LakePage({ database, table }: { database?: string; table?: string }) {
  return database && table ? (
    <TableView key={`${database}/${table}`} database={database} table={table} />
  ) : (
    <LakeList only={database} />
  );
}

type Total = TableTotal | { error: string };
interface Item {
  database: string;
  table: LakeTable;
}
const idOf = ({ database, table }: Item) => `${database}/${table.name}`;

/** Files and bytes of each table, counted one after another; again after a run of it has ended. */
function useTotals(items: Item[], running: TableRun[], turn: number): Record<string, Total> {
  const [totals, setTotals] = useState<Record<string, Total>>({});
  const busy = new Set(running.map((run) => `${run.database}/${run.table}`));
  const wanted = JSON.stringify(
    items
      .filter((one) => !one.table.is_view && one.table.location)
      .slice(0, countedMax)
      .map((one) => [one.database, one.table.name, busy.has(idOf(one))]),
  );
  useEffect(() => {
    let isCurrent = true;
    (async () => {
      for (const [database, table] of JSON.parse(wanted) as [string, string, boolean][]) {
        const total = await get<TableTotal>("tables/total", { database, table }).catch(
          (error: ApiError) => ({ error: error.message }),
        );
        if (!isCurrent) return;
        setTotals((all) => ({ ...all, [`${database}/${table}`]: total }));
      }
    })();
    return () => {
      isCurrent = false;
    };
  }, [wanted, turn]);
  return totals;
}

function LakeList({ only }: { only?: string }) {
  const { data, live } = useLive<Lake>("lake");
  const databases = data?.databases.filter((one) => !only || one.name === only) ?? [];
  const items = databases.flatMap((one) =>
    one.tables.map((table) => ({ database: one.name, table })),
  );
  const [turn, setTurn] = useState(0);
  const totals = useTotals(items, data?.running ?? [], turn);
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
              <Tables items={items} totals={totals} running={data.running} />
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
            <CrawlerTable crawlers={data.crawlers} now={data.now_ms} />
          </section>
        </div>
      )}
    </>
  );
}

function Tables({
  items,
  totals,
  running,
}: {
  items: Item[];
  totals: Record<string, Total>;
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

function Row({ item, total, run }: { item: Item; total?: Total; run?: TableRun }) {
  const { database, table } = item;
  const address = `${encodeURIComponent(database)}/${encodeURIComponent(table.name)}`;
  return (
    <tr data-table={idOf(item)}>
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
        open the table to count
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
