// The runs of a job: state, duration, arguments, error, what they printed; live ones can be stopped.
import { useEffect, useState } from "preact/hooks";
import { get, post, type ApiError } from "../api";
import type { Job, JobLog, JobRun } from "../lake_api";
import { aws, Command } from "./command";
import { clock, count, duration, moment, tone } from "./format";

const live = (run: JobRun) => /^(WAITING|STARTING|RUNNING|STOPPING)$/.test(run.state);

/** How long it worked, or works. */
export function timeOf(run: JobRun, now: number): string {
  const from = run.running_since_ms;
  return from === undefined ? "" : duration(Math.max(0, (run.ended_ms ?? now) - from));
}

export function JobRuns({ job }: { job: Job }) {
  const [opened, setOpened] = useState<string | null>(null);
  const [error, setError] = useState("");
  const [asked, setAsked] = useState<string | null>(null);
  const stop = async (run: JobRun) => {
    setAsked(run.id);
    setError("");
    try {
      await post("jobs/stop", { job: job.name, run: run.id });
    } catch (refused) {
      setError((refused as ApiError).message);
    }
    setAsked(null);
  };
  if (!job.runs.length) return <div class="empty">It has not run yet.</div>;
  return (
    <>
      {error && (
        <div class="notice inset" role="alert">
          {error}
        </div>
      )}
      <div class="scroll tall" tabIndex={0} role="region" aria-label="Runs">
        <table class="many" data-testid="runs">
          <thead>
            <tr>
              <th scope="col">Started, UTC</th>
              <th scope="col">State</th>
              <th scope="col" class="number">
                Took
              </th>
              <th scope="col">By</th>
              <th scope="col">Arguments</th>
              <th scope="col">Error</th>
              <th scope="col">Do</th>
            </tr>
          </thead>
          {job.runs.map((run) => (
            <tbody key={run.id} data-run={run.id}>
              <tr class={run.id === opened ? "chosen" : ""}>
                <th scope="row">
                  <button
                    class="link fold"
                    aria-expanded={run.id === opened}
                    onClick={() => setOpened(run.id === opened ? null : run.id)}
                  >
                    {moment(run.started_ms).slice(0, 19)}
                  </button>
                </th>
                <td>
                  <span class={`badge ${tone(run.state)}`}>{run.state.toLowerCase()}</span>
                </td>
                <td class="number">{timeOf(run, job.now_ms)}</td>
                <td>
                  {run.trigger ? `trigger ${run.trigger}` : "a user"}
                  {run.attempt > 0 && `, attempt ${run.attempt + 1}`}
                </td>
                <td class="key" title={words(run.arguments)}>
                  {words(run.arguments)}
                </td>
                <td class="what" title={run.error}>
                  <div class="clamp">{run.error || run.progress}</div>
                </td>
                <td class="actions">
                  {live(run) && (
                    <button
                      disabled={run.state === "STOPPING" || asked === run.id}
                      aria-label={`Stop the run of ${moment(run.started_ms).slice(0, 19)}`}
                      onClick={() => stop(run)}
                    >
                      Stop
                    </button>
                  )}
                </td>
              </tr>
              {run.id === opened && (
                <tr class="inner">
                  <td colSpan={7}>
                    <RunDetail job={job} run={run} />
                  </td>
                </tr>
              )}
            </tbody>
          ))}
        </table>
      </div>
    </>
  );
}

const words = (all: Record<string, string>) =>
  Object.entries(all)
    .map(([name, value]) => `${name} ${value}`)
    .join(" ");

function RunDetail({ job, run }: { job: Job; run: JobRun }) {
  return (
    <div class="stack tight notes">
      {run.error && (
        <div class="notice" role="alert">
          {run.error}
        </div>
      )}
      {Object.keys(run.arguments).length > 0 && (
        <dl class="facts flat">
          {Object.entries(run.arguments).map(([name, value]) => [
            <dt>
              <code>{name}</code>
            </dt>,
            <dd>{value}</dd>,
          ])}
        </dl>
      )}
      <p class="soft">
        Run <code>{run.id}</code>
      </p>
      {job.log_group ? (
        <Log job={job.name} run={run} group={job.log_group} />
      ) : (
        <p class="soft">Jobs of the command {job.command} are kept and not run here.</p>
      )}
    </div>
  );
}

function Log({ job, run, group }: { job: string; run: JobRun; group: string }) {
  const [stream, setStream] = useState<"output" | "error">("output");
  const [log, setLog] = useState<JobLog | null>(null);
  const [error, setError] = useState("");
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    get<JobLog>("jobs/log", { job, run: run.id, stream }).then(
      (log) => isCurrent && (setLog(log), setError("")),
      (refused: ApiError) => isCurrent && setError(refused.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [run.id, run.state, stream, turn]);
  return (
    <div class="stack tight">
      <div class="row tight" role="group" aria-label="Log">
        {(["output", "error"] as const).map((one) => (
          <button class="tab" aria-pressed={stream === one} onClick={() => setStream(one)}>
            {one === "output" ? "Output" : "Errors"}
          </button>
        ))}
        <button class="tab" onClick={() => setTurn(turn + 1)}>
          Read again
        </button>
      </div>
      {error && <p class="alarm">{error}</p>}
      {log &&
        (log.lines.length ? (
          <pre class="bytes" tabIndex={0} data-testid="log">
            {log.lines.map((line) => `${clock(line.at_ms)}  ${line.text.replace(/\n$/, "")}\n`)}
          </pre>
        ) : (
          <p class="soft">Nothing was printed.</p>
        ))}
      {log && log.lines.length >= log.lines_max && (
        <p class="soft">The last {count(log.lines_max)} lines.</p>
      )}
      <Command
        text={aws(
          `logs get-log-events --log-group-name ${group}/${stream} --log-stream-name ${run.id}`,
        )}
      />
    </div>
  );
}
