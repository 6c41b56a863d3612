// The runs of a table's maintenance: the one under way with its progress, and those that ended with
// what they changed.
import { useEffect, useState } from "preact/hooks";
import { get, post, type ApiError } from "../api";
import { isUnderWay, type Scan, type TableRun } from "../lake_api";
import { bytes, count, duration, moment, tone } from "./format";
import { cancelScan, forgetAfter, fullScan, keepScan, targetOf } from "./full_scan";
import { optionWords } from "./run_words";

const origins = { REQUEST: "request", STATEMENT: "statement", POLICY: "policy" };

export function RunningRun({ run, now }: { run: TableRun; now: number }) {
  const [stopping, setStopping] = useState(false);
  const [error, setError] = useState("");
  const stop = async () => {
    setStopping(true);
    setError("");
    try {
      await post("tables/stop", { id: run.id });
    } catch (refused) {
      setError((refused as ApiError).message);
      setStopping(false);
    }
  };
  const share = run.partitions ? run.partitions_done / run.partitions : 0;
  return (
    <section class="card" data-testid="running">
      <header>
        <h2>Running now</h2>
        <span class="badge good">{optionWords(run)}</span>
        <span class="grow" />
        <span class="soft">for {duration(Math.max(0, now - run.started_ms))}</span>
        <button disabled={stopping || run.state === "STOPPING"} onClick={stop}>
          {stopping || run.state === "STOPPING" ? "Stops…" : "Stop"}
        </button>
      </header>
      <div class="body stack tight">
        <progress
          max={1}
          value={run.partitions ? share : undefined}
          aria-label={`${count(run.partitions_done)} of ${count(run.partitions)} partitions`}
        />
        <p class="figures">
          <b>
            {count(run.partitions_done)} of {count(run.partitions)}
          </b>{" "}
          partitions, {count(run.files_before)} files at first, {count(run.files_after)} now,{" "}
          {bytes(run.bytes_before)} → {bytes(run.bytes_after)}, {count(run.rows_written)} rows
          written
          {run.rows_rejected > 0 && <>, {count(run.rows_rejected)} rejected</>}
        </p>
        {error && (
          <div class="notice" role="alert">
            {error}
          </div>
        )}
      </div>
    </section>
  );
}

/** What came of the scan after a run; the run has it a moment later. */
type After = Scan | { error: string };

/** Measures the scan after a run that was started here, once it has ended; by run. */
function useScanAfter(runs: TableRun[]) {
  const [done, setDone] = useState<Record<string, After>>({});
  const due = runs.find((run) => run.ended_ms && !run.scan_after && targetOf(run.id));
  useEffect(() => {
    if (!due) return;
    const id = crypto.randomUUID();
    let isOver = false;
    const end = (after: After) => {
      if (isOver) return;
      isOver = true;
      forgetAfter(due.id);
      setDone((all) => ({ ...all, [due.id]: after }));
    };
    fullScan(targetOf(due.id)!, id)
      .then(async (after) => {
        if (!isOver) await keepScan(due.id, "after", after);
        end(after);
      })
      .catch((error: ApiError) => end({ error: error.message ?? "not measured" }));
    return () => {
      if (!isOver) cancelScan(id);
      isOver = true;
    };
  }, [due?.id]);
  return done;
}

export function RunHistory({ runs }: { runs: TableRun[] }) {
  const ended = runs.filter((run) => !isUnderWay(run));
  const [opened, setOpened] = useState<string | null>(null);
  const measured = useScanAfter(ended);
  if (!ended.length)
    return (
      <div class="empty">
        No run has ended yet. Each is listed here with files and bytes before and after.
      </div>
    );
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Runs that ended">
      <table class="many" data-testid="history">
        <thead>
          <tr>
            <th scope="col">Started, UTC</th>
            <th scope="col">State</th>
            <th scope="col">What</th>
            <th scope="col">By</th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="number">
              Files
            </th>
            <th scope="col" class="number">
              Bytes
            </th>
            <th
              scope="col"
              class="number"
              title="A query that reads every column, before and after, as the page or the command that started the run measured it"
            >
              Full scan
            </th>
            <th scope="col" class="number">
              Rows rejected
            </th>
          </tr>
        </thead>
        {ended.map((run) => (
          <Ended
            key={run.id}
            run={run}
            after={run.scan_after ?? measured[run.id]}
            isOpen={run.id === opened}
            onOpen={() => setOpened(run.id === opened ? null : run.id)}
          />
        ))}
      </table>
    </div>
  );
}

function afterWords(run: TableRun, after?: After): string {
  if (after) return "error" in after ? "failed" : duration(after.took_ms);
  return targetOf(run.id) ? "measuring…" : "not measured";
}

function Ended({
  run,
  after,
  isOpen,
  onOpen,
}: {
  run: TableRun;
  after?: After;
  isOpen: boolean;
  onOpen: () => void;
}) {
  return (
    <tbody data-run={run.id}>
      <tr class={isOpen ? "chosen" : ""}>
        <th scope="row">
          <button class="link fold" aria-expanded={isOpen} onClick={onOpen}>
            {moment(run.started_ms).slice(0, 19)}
          </button>
        </th>
        <td>
          <span class={`badge ${tone(run.state)}`}>{run.state.toLowerCase()}</span>
        </td>
        <td class="what" title={optionWords(run)}>
          <div class="clamp">{optionWords(run)}</div>
        </td>
        <td>{origins[run.origin]}</td>
        <td class="number">{duration(Math.max(0, (run.ended_ms ?? 0) - run.started_ms))}</td>
        <td class="number" data-figure="files">
          {count(run.files_before)} → {count(run.files_after)}
        </td>
        <td class="number">
          {bytes(run.bytes_before)} → {bytes(run.bytes_after)}
        </td>
        <td
          class="number"
          data-figure="scan"
          title={after && "error" in after ? after.error : undefined}
        >
          {!run.scan_before ? (
            <span class="soft">not measured</span>
          ) : (
            `${duration(run.scan_before.took_ms)} → ${afterWords(run, after)}`
          )}
        </td>
        <td class={`number ${run.rows_rejected > 0 ? "alarm" : ""}`}>{count(run.rows_rejected)}</td>
      </tr>
      {isOpen && (
        <tr class="inner">
          <td colSpan={9}>
            <Notes run={run} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** All that is known of one run; its notes are loaded whole when there are more than came. */
function Notes({ run }: { run: TableRun }) {
  const [notes, setNotes] = useState(run.notes);
  const [error, setError] = useState("");
  useEffect(() => {
    if (run.notes_total <= run.notes.length) return;
    get<TableRun>("tables/run", { id: run.id }).then(
      (whole) => setNotes(whole.notes),
      (refused: ApiError) => setError(refused.message),
    );
  }, [run.id]);
  return (
    <div class="stack tight notes">
      {run.error && (
        <div class="notice" role="alert">
          {run.error}
        </div>
      )}
      <p class="figures">
        {count(run.partitions_done)} of {count(run.partitions)} partitions, {count(run.commits)}{" "}
        commits, {count(run.retries)} tries again. {count(run.rows_read)} rows read,{" "}
        {count(run.rows_written)} written, {count(run.rows_rejected)} rejected.
      </p>
      {run.rows_rejected > 0 && (
        <p>
          Rejected rows are lines of <code>_rejected/{run.id}/</code> below their partition, each
          with its object, line, column and reason.
        </p>
      )}
      {notes.length > 0 ? (
        <ul>
          {notes.map((note) => (
            <li>{note}</li>
          ))}
        </ul>
      ) : (
        <p class="soft">No object was left alone.</p>
      )}
      {error && <p class="alarm">{error}</p>}
      <p class="soft">
        Run <code>{run.id}</code>
      </p>
    </div>
  );
}
