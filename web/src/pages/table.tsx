// One table: its columns, its partitions as a picture, what keeps it in order, and its runs.
import { useEffect, useRef, useState } from "preact/hooks";
import { useLive } from "../api";
import { isUnderWay, type Policy, type TableDetail } from "../lake_api";
import { Empty, freshet } from "../parts/command";
import { bytes, count, mebibytes, moment } from "../parts/format";
import { LiveBadge, ServerTime } from "../parts/live";
import { OptimizeDialog } from "../parts/optimize_dialog";
import { PartitionMap } from "../parts/partition_map";
import { whole } from "../parts/partitions";
import { PolicyDialog } from "../parts/policy_dialog";
import { optionWords } from "../parts/run_words";
import { RunHistory, RunningRun } from "../parts/table_runs";
import { useSizes, type Sizes } from "../parts/use_sizes";

export function TableView({ database, table }: { database: string; table: string }) {
  const { data, live } = useLive<TableDetail>(`table:${database}/${table}`);
  const [dialog, setDialog] = useState<"optimize" | "policy" | null>(null);
  const [done, setDone] = useState("");
  const [turn, setTurn] = useState(0);
  const told = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (done) told.current?.focus();
  }, [done]);
  const known = data && !data.error ? data : null;
  const running = known?.runs.find(isUnderWay);
  const lastEnded = known?.runs.find((run) => !isUnderWay(run))?.id;
  const keys = known?.partition_keys.map((key) => key.name) ?? [];
  // Counted again after each run; what a delivery adds meanwhile would never let it end.
  const isCounted = !!known && !known.is_view;
  const sizes = useSizes(database, table, isCounted ? `${turn} ${lastEnded}` : null);
  const close = (said?: string) => {
    setDialog(null);
    setDone(said ?? "");
  };
  return (
    <>
      <header>
        <a href="#/lake" class="back">
          Lake
        </a>
        <span class="soft" aria-hidden="true">
          /
        </span>
        <a href={`#/lake/${encodeURIComponent(database)}`} class="back">
          {database}
        </a>
        <span class="soft" aria-hidden="true">
          /
        </span>
        <h1>{table}</h1>
        {(!data || known) && <LiveBadge live={live} />}
        <span class="grow" />
        {known && <ServerTime at={known.now_ms} />}
        {known && !known.is_view && (
          <>
            <a
              class="button"
              href={`#/query/${encodeURIComponent(database)}/${encodeURIComponent(table)}`}
            >
              Query it
            </a>
            <button
              class="primary"
              disabled={!!running}
              title={running ? "A run is under way" : ""}
              onClick={() => setDialog("optimize")}
            >
              Optimize…
            </button>
          </>
        )}
      </header>
      {!data && (
        <section class="card">
          <div class="empty">Waiting for {table}…</div>
        </section>
      )}
      {data?.error && (
        <section class="card">
          <Empty
            alert
            title={`There is no table ${database}.${table}.`}
            commands={[freshet(`query "SHOW TABLES IN ${database}"`)]}
          >
            <p>
              <a href="#/lake">Lake</a> lists the tables of this account and region.
            </p>
          </Empty>
        </section>
      )}
      {known && (
        <div class="stack">
          <p class="done" role="status" ref={told} tabIndex={-1}>
            {done}
          </p>
          {running && <RunningRun key={running.id} run={running} now={known.now_ms} />}
          {!known.is_view && (
            <Picture table={known} sizes={sizes} onCount={() => setTurn(turn + 1)} />
          )}
          <div class="columns even">
            <Facts table={known} sizes={sizes} />
            <Columns table={known} />
          </div>
          {!known.is_view && (
            <>
              <PolicyCard policy={known.policy} onEdit={() => setDialog("policy")} />
              <section class="card">
                <header>
                  <h2>Runs</h2>
                  <span class="soft">the newest first</span>
                </header>
                <RunHistory runs={known.runs} />
              </section>
            </>
          )}
        </div>
      )}
      {known && dialog === "optimize" && (
        <OptimizeDialog {...{ database, table, keys }} onClose={close} />
      )}
      {known && dialog === "policy" && (
        <PolicyDialog {...{ database, table, keys }} policy={known.policy} onClose={close} />
      )}
    </>
  );
}

function Picture({
  table,
  sizes,
  onCount,
}: {
  table: TableDetail;
  sizes: Sizes;
  onCount: () => void;
}) {
  const { parts, isWhole, error } = sizes;
  const isOld =
    isWhole && table.partition_keys.length > 0 && table.partitions !== parts.length && !error;
  return (
    <section class="card">
      <header>
        <h2>Partitions</h2>
        <span class="soft" role="status">
          {isWhole
            ? `${count(parts.length)}${isOld ? ` counted, ${count(table.partitions)} now` : ""}`
            : parts.length
              ? `${count(parts.length)} counted so far…`
              : "counting files…"}
        </span>
        <span class="grow" />
        <button onClick={onCount} disabled={!isWhole}>
          Count again
        </button>
      </header>
      <div class="body stack tight">
        {error && (
          <div class="notice" role="alert">
            {error.message}
          </div>
        )}
        {parts.length > 0 && <PartitionMap parts={parts} smallUnder={sizes.smallUnder} />}
        {isWhole && !error && parts.length === 0 && (
          <p class="soft">
            The table has no partition yet. A crawler, a delivery stream that registers partitions,
            or <code>ALTER TABLE … ADD PARTITION</code> makes them.
          </p>
        )}
      </div>
    </section>
  );
}

function Facts({ table, sizes }: { table: TableDetail; sizes: Sizes }) {
  const all = sizes.parts.length ? whole(sizes.parts, 0, sizes.parts.length) : null;
  return (
    <section class="card">
      <header>
        <h2>Table</h2>
      </header>
      <dl class="facts">
        <dt>Format</dt>
        <dd>{table.is_view ? "view" : table.format || "unknown"}</dd>
        {all && (
          <>
            <dt>Files</dt>
            <dd data-testid="total">
              {count(all.files)}, {bytes(all.bytes)}; {count(all.small)} smaller than{" "}
              {mebibytes(sizes.smallUnder)}
            </dd>
          </>
        )}
        {!table.is_view && (
          <>
            <dt>Location</dt>
            <dd>
              <code>{table.location || "none"}</code>
            </dd>
          </>
        )}
        {table.crawler && (
          <>
            <dt>Crawler</dt>
            <dd>
              <a href={`#/part/crawler/${encodeURIComponent(table.crawler)}`}>{table.crawler}</a>
            </dd>
          </>
        )}
        {table.description && (
          <>
            <dt>Description</dt>
            <dd>{table.description}</dd>
          </>
        )}
        <dt>Created</dt>
        <dd>{moment(table.created_ms).slice(0, 19)} UTC</dd>
        <dt>Changed</dt>
        <dd>{moment(table.updated_ms).slice(0, 19)} UTC</dd>
      </dl>
    </section>
  );
}

function Columns({ table }: { table: TableDetail }) {
  const rows = [
    ...table.columns.map((column) => ({ ...column, isKey: false })),
    ...table.partition_keys.map((column) => ({ ...column, isKey: true })),
  ];
  return (
    <section class="card">
      <header>
        <h2>Columns</h2>
        <span class="soft">
          {count(table.columns.length)}
          {table.partition_keys.length > 0 &&
            `, and ${count(table.partition_keys.length)} partition keys`}
        </span>
      </header>
      <div class="scroll low" tabIndex={0} role="region" aria-label="Columns">
        <table class="many" data-testid="columns">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col">Comment</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((column) => (
              <tr key={`${column.isKey} ${column.name}`}>
                <th scope="row">{column.name}</th>
                <td class="what">
                  <code>{column.type}</code>
                </td>
                <td class="what">
                  {column.isKey && <span class="badge">partition key</span>} {column.comment}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function PolicyCard({ policy, onEdit }: { policy: Policy | null; onEdit: () => void }) {
  return (
    <section class="card" data-testid="policy">
      <header>
        <h2>Policy</h2>
        <span class={`badge ${policy ? "good" : ""}`}>{policy ? "on" : "none"}</span>
        <span class="grow" />
        <button onClick={onEdit}>{policy ? "Change…" : "Set a policy…"}</button>
      </header>
      <div class="body">
        {policy ? (
          <p>
            <b>{optionWords(policy)}</b>, when a partition{" "}
            {policy.convert
              ? "holds text"
              : `has more than ${count(policy.files_over)} files smaller than ${policy.file_mb_under} MiB`}{" "}
            and nothing was written to it for {count(policy.idle_ms / 60_000)} minutes.
          </p>
        ) : (
          <p class="soft">
            The table is optimized when it is asked for. A policy starts runs by itself.
          </p>
        )}
      </div>
    </section>
  );
}
