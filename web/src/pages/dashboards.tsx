// The dashboard: a data set over Athena, drawn as a combo chart that keeps itself up to date.
import { useState } from "preact/hooks";
import { post, useLive, useLoaded, type Dashboard, type DashboardData } from "../api";
import { ComboChart, inOrder, titleOf } from "../parts/combo_chart";
import { Empty, freshet } from "../parts/command";
import { clock, duration } from "../parts/format";
import { ResultTable } from "../parts/result_table";

export function DashboardsPage({ name }: { name?: string }) {
  const { data, error, reload } = useLoaded<{ dashboards: Dashboard[] }>("dashboards");
  const chosen = name ? data?.dashboards.find((board) => board.id === name) : data?.dashboards[0];
  return (
    <>
      <header>
        <h1>{chosen?.title ?? "Dashboards"}</h1>
        {data && data.dashboards.length > 1 && (
          <select
            aria-label="Dashboard"
            value={chosen?.id}
            onChange={(event) => {
              location.hash = `#/dashboards/${encodeURIComponent(event.currentTarget.value)}`;
            }}
          >
            {data.dashboards.map((board) => (
              <option value={board.id}>{board.title}</option>
            ))}
          </select>
        )}
      </header>
      {error && (
        <div class="notice" role="alert">
          {error.message}
        </div>
      )}
      {data && name && !chosen && (
        <section class="card">
          <div class="empty stack">
            <p>
              <b>There is no dashboard {name}.</b>
            </p>
            <p>
              <a href="#/dashboards">Dashboards</a> lists them all.
            </p>
          </div>
        </section>
      )}
      {data && !name && data.dashboards.length === 0 && (
        <section class="card">
          <Empty
            title="No dashboard yet."
            commands={[freshet("apply examples/chicago-crimes/pipeline.yaml")]}
          >
            <p>
              A dashboard draws a data set over Athena. Those of a pipeline file are made by it,
              others by CreateDashboard of quicksight.
            </p>
          </Empty>
        </section>
      )}
      {chosen && <Board key={chosen.id} board={chosen} changed={reload} />}
    </>
  );
}

function Board({ board, changed }: { board: Dashboard; changed: () => void }) {
  const { data, live } = useLive<DashboardData>(`dashboard:${board.id}`);
  const [asTable, setAsTable] = useState(false);
  const setMode = async (mode: string) => {
    await post("dashboards", { mode }, { id: board.id });
    changed();
  };
  return (
    <div class="stack">
      <section class="card">
        <header>
          <h2>{titleOf(board)}</h2>
          <span class={`badge ${live && !data?.error ? "good" : "warn"}`}>
            {!live ? (data ? "reconnecting" : "connecting") : data?.error ? "failing" : "live"}
          </span>
          <span class="grow" />
          {data && (
            <span class="soft" data-testid="refreshed">
              {clock(data.refreshed_ms)} UTC, {duration(data.took_ms)}
            </span>
          )}
          <label class="soft">
            Data{" "}
            <select
              aria-label="Data mode"
              value={board.mode}
              onChange={(event) => setMode(event.currentTarget.value)}
            >
              <option value="DIRECT_QUERY">direct query</option>
              <option value="SPICE">SPICE</option>
            </select>
          </label>
          <button aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? "Chart" : "Table"}
          </button>
        </header>
        {data?.error && (
          <div class="body">
            <div class="notice" role="alert">
              {data.error}
            </div>
          </div>
        )}
        {!data ? (
          <div class="empty">Waiting for the first answer…</div>
        ) : data.rows.length === 0 && !data.error ? (
          <div class="empty">The data set has no rows yet.</div>
        ) : asTable ? (
          <ResultTable caption={board.title} columns={data.columns} rows={inOrder(board, data)} />
        ) : (
          data.rows.length > 0 && <ComboChart board={board} data={data} />
        )}
      </section>
      <section class="card">
        <header>
          <h2>Data set {board.data_set}</h2>
          <span class="grow" />
          <span class="soft">
            Athena, data source {board.data_source}; refreshed every {duration(board.refresh_ms)}
          </span>
        </header>
        <div class="body">
          <pre class="sql">{board.sql}</pre>
        </div>
      </section>
    </div>
  );
}
