// The streaming applications: the windows as they close, the input, the failed rows, the SQL.
import { useState } from "preact/hooks";
import {
  post,
  useLive,
  useLoaded,
  type ApiError,
  type Application,
  type EmittedWindow,
} from "../api";
import { Command, Empty, freshet } from "../parts/command";
import { Editor } from "../parts/editor";
import { ErrorList } from "../parts/error_list";
import { clock, count, duration, tone } from "../parts/format";
import { LiveBadge } from "../parts/live";
import { RateChart } from "../parts/rate_chart";
import { Trouble } from "../parts/trouble";

export function AnalyticsPage({ name }: { name?: string }) {
  const { data, error } = useLoaded<{ applications: { name: string; status: string }[] }>(
    "applications",
  );
  const chosen = name ?? data?.applications[0]?.name;
  const isKnown = data?.applications.some((application) => application.name === chosen);
  return (
    <>
      <header>
        <h1>Analytics</h1>
        {chosen && data && data.applications.length <= 1 && <span class="soft">{chosen}</span>}
        {data && data.applications.length > 1 && (
          <select
            aria-label="Application"
            value={chosen}
            onChange={(event) => {
              location.hash = `#/analytics/${encodeURIComponent(event.currentTarget.value)}`;
            }}
          >
            {!isKnown && <option>{chosen}</option>}
            {data.applications.map((application) => (
              <option>{application.name}</option>
            ))}
          </select>
        )}
      </header>
      {error && (
        <div class="notice" role="alert">
          {error.message}
        </div>
      )}
      {data && !chosen && (
        <section class="card">
          <Empty
            title="No application yet."
            commands={[freshet("apply examples/chicago-crimes/pipeline.yaml")]}
          >
            <p>
              An application reads a stream and runs SQL over it, window by window. A pipeline file
              makes one, as do CreateApplication and StartApplication of kinesisanalytics.
            </p>
          </Empty>
        </section>
      )}
      {chosen && <ApplicationView key={chosen} name={chosen} />}
    </>
  );
}

const windowsShown = 6; // the SQL and the figures stay near

function ApplicationView({ name }: { name: string }) {
  const { data, live } = useLive<Application>(`application:${name}`);
  const [all, setAll] = useState(false);
  if (!data)
    return (
      <section class="card">
        <div class="empty">Waiting for {name}…</div>
      </section>
    );
  if (!data.code && data.error)
    return (
      <section class="card">
        <div class="empty stack">
          <p>
            <b>{data.error}.</b>
          </p>
          <p>
            <a href="#/analytics">Analytics</a> lists them all.
          </p>
        </div>
      </section>
    );
  const runs = data.status === "RUNNING",
    state = runs ? data.status : "STOPPED";
  const failed = data.windows.filter((window) => window.stream === "error_stream");
  const windows = data.windows.filter((window) => window.stream !== "error_stream");
  const shown = all ? windows : windows.slice(0, windowsShown);
  return (
    <div class="stack">
      {data.error && <Trouble kind="application" name={data.name} trouble={data.error} />}
      <section class="card">
        <header>
          <h2>Windows as they close</h2>
          <span class="soft">newest first, UTC</span>
          <span class="grow" />
          {windows.length > windowsShown && (
            <button aria-pressed={all} onClick={() => setAll(!all)}>
              {all ? `The last ${windowsShown}` : `All ${windows.length}`}
            </button>
          )}
        </header>
        <div class="body">
          {windows.length ? (
            <div class="windows" data-testid="windows">
              {shown.map((window, at) => (
                <WindowCard
                  key={`${window.stream}${window.at_ms}`}
                  window={window}
                  newest={at === 0}
                />
              ))}
            </div>
          ) : (
            <div class="empty">
              {runs
                ? "No window has closed yet since it was started."
                : "The application is stopped. Windows are shown while it runs."}
            </div>
          )}
        </div>
      </section>
      {data.errors > 0 && <ErrorList windows={failed} total={data.errors} />}
      <div class="columns">
        <section class="card">
          <header>
            <h2>{data.name}</h2>
            <span class={`badge ${tone(state)}`}>{state.toLowerCase()}</span>
            <span class="grow" />
            {live === false && <LiveBadge live={live} />}
            <Switch name={name} runs={runs} />
          </header>
          <div class="body stack">
            <p class="soft">
              from <b>{data.input || "no input"}</b> to{" "}
              <b>{data.outputs.join(", ") || "no output"}</b>
              {runs ? (
                <>
                  : {count(data.rows_in)} rows so far, {count(data.rate_in)} rows/s,{" "}
                  {duration(data.millis_behind)} behind; {count(data.rows_out)} rows out,{" "}
                  {count(data.errors)} to error_stream
                </>
              ) : (
                "; it takes no rows until it is started."
              )}
            </p>
            {runs && <RateChart points={data.history} label="rows in" />}
          </div>
        </section>
        <section class="card">
          <header>
            <h2>SQL</h2>
            <span class="badge">read only</span>
          </header>
          <div class="body stack">
            <Editor label="Application code, read only" value={data.code} />
            <p class="soft">
              It is changed in the pipeline file, or by UpdateApplication of kinesisanalytics:
            </p>
            <Command text={freshet("apply pipeline.yaml")} />
          </div>
        </section>
      </div>
    </div>
  );
}

/** Starts and stops an application. It continues where it stopped. */
function Switch({ name, runs }: { name: string; runs: boolean }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const turn = async () => {
    setBusy(true);
    setProblem("");
    try {
      await post(runs ? "applications/stop" : "applications/start", {
        name,
        from: "LAST_STOPPED_POINT",
      });
    } catch (error) {
      setProblem((error as ApiError).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {problem && (
        <span class="alarm" role="alert">
          {problem}
        </span>
      )}
      <button
        onClick={turn}
        disabled={busy}
        title={
          runs ? "It keeps its state and its position in the stream" : "Continues where it stopped"
        }
      >
        {runs ? "Stop" : "Start"}
      </button>
    </>
  );
}

function WindowCard({ window, newest }: { window: EmittedWindow; newest: boolean }) {
  const measure = window.rows.length
    ? window.rows[0].findIndex((cell) => typeof cell === "number")
    : -1;
  const most = Math.max(1, ...window.rows.map((row) => Number(row[measure]) || 0));
  const isNumber = (at: number) => window.rows.some((row) => typeof row[at] === "number");
  return (
    <article
      class={`window ${newest ? "new" : ""}`}
      aria-label={`Window that closed at ${clock(window.at_ms)}`}
    >
      <header>
        <span>{window.stream}</span>
        <time>{clock(window.at_ms)}</time>
      </header>
      <table>
        <thead>
          <tr>
            {window.columns.map((column, at) => (
              <th scope="col" class={isNumber(at) ? "number" : ""}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {window.rows.map((row) => (
            <tr>
              {row.map((cell, at) => (
                <td
                  class={typeof cell === "number" ? "number" : at === 0 ? "meter" : ""}
                  style={
                    at === 0
                      ? { "--share": `${(100 * (Number(row[measure]) || 0)) / most}%` }
                      : undefined
                  }
                >
                  <span>
                    {cell === null ? "null" : typeof cell === "number" ? count(cell) : cell}
                  </span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </article>
  );
}
