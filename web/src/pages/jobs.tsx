// Glue's jobs and triggers, and one job with its runs.
import { useEffect, useRef, useState } from "preact/hooks";
import { useLive } from "../api";
import type { Job, Jobs } from "../lake_api";
import { aws, Empty, freshet } from "../parts/command";
import { count, duration, moment, tone } from "../parts/format";
import { JobRuns, timeOf } from "../parts/job_runs";
import { LiveBadge, LiveHeader, ServerTime } from "../parts/live";
import { StartJobDialog } from "../parts/start_job_dialog";
import { TriggerTable } from "../parts/trigger_table";

export function JobsPage({ name }: { name?: string }) {
  return name ? <JobView key={name} name={name} /> : <JobList />;
}

const commands: Record<string, string> = {
  pythonshell: "Python",
  freshetsql: "SQL",
  glueetl: "Spark, not run here",
  gluestreaming: "Spark, not run here",
  glueray: "Ray, not run here",
};
const commandWords = (command: string) => commands[command] ?? command;

function JobList() {
  const { data, live } = useLive<Jobs>("jobs");
  return (
    <>
      <LiveHeader title="Jobs" live={live} now={data?.now_ms} />
      {!data ? (
        <section class="card">
          <div class="empty">Waiting for the first figures…</div>
        </section>
      ) : (
        <div class="stack">
          <section class="card">
            {data.jobs.length ? (
              <JobTable jobs={data.jobs} now={data.now_ms} />
            ) : (
              <Empty
                title="No job yet."
                commands={[
                  aws(
                    "glue create-job --name hourly --role arn:aws:iam::000000000000:role/any --command Name=pythonshell,PythonVersion=3.9,ScriptLocation=s3://BUCKET/hourly.py",
                  ),
                  freshet("apply examples/chicago-crimes/pipeline.yaml"),
                ]}
              >
                <p>A job runs a Python script, or statements of Athena's SQL, on this server.</p>
              </Empty>
            )}
            {data.total > data.jobs.length && (
              <p class="more soft">
                The first {count(data.jobs.length)} of {count(data.total)} jobs.
              </p>
            )}
          </section>
          {data.triggers.length > 0 && (
            <section class="card">
              <header>
                <h2>Triggers</h2>
              </header>
              <TriggerTable triggers={data.triggers} now={data.now_ms} />
            </section>
          )}
        </div>
      )}
    </>
  );
}

function JobTable({ jobs, now }: { jobs: Jobs["jobs"]; now: number }) {
  return (
    <div class="scroll tall" tabIndex={0} role="region" aria-label="Jobs">
      <table class="many" data-testid="jobs">
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Kind</th>
            <th scope="col">Last run, UTC</th>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col">Error</th>
            <th scope="col">Script</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map(({ name, command, script, last }) => (
            <tr key={name}>
              <th scope="row">
                <a href={`#/jobs/${encodeURIComponent(name)}`}>{name}</a>
              </th>
              <td>{commandWords(command)}</td>
              <td>
                {last ? moment(last.started_ms).slice(0, 19) : <span class="soft">none yet</span>}
              </td>
              <td>
                {last && (
                  <span class={`badge ${tone(last.state)}`}>{last.state.toLowerCase()}</span>
                )}
              </td>
              <td class="number">{last && timeOf(last, now)}</td>
              <td class="what" title={last?.error}>
                <div class="clamp">{last?.error}</div>
              </td>
              <td class="key" title={script}>
                {script}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function JobView({ name }: { name: string }) {
  const { data, live } = useLive<Job>(`job:${name}`);
  const [starting, setStarting] = useState(false);
  const [done, setDone] = useState("");
  const told = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (done) told.current?.focus();
  }, [done]);
  const known = data && !data.error ? data : null;
  return (
    <>
      <header>
        <a href="#/jobs" class="back">
          Jobs
        </a>
        <span class="soft" aria-hidden="true">
          /
        </span>
        <h1>{name}</h1>
        {(!data || known) && <LiveBadge live={live} />}
        <span class="grow" />
        {known && <ServerTime at={known.now_ms} />}
        {known && (
          <button
            class="primary"
            disabled={!known.log_group}
            title={known.log_group ? "" : "Freshet keeps such jobs and does not run them"}
            onClick={() => setStarting(true)}
          >
            Start…
          </button>
        )}
      </header>
      {!data && (
        <section class="card">
          <div class="empty">Waiting for {name}…</div>
        </section>
      )}
      {data?.error && (
        <section class="card">
          <Empty alert title={`There is no job ${name}.`} commands={[aws("glue list-jobs")]}>
            <p>
              <a href="#/jobs">Jobs</a> lists those of this account and region.
            </p>
          </Empty>
        </section>
      )}
      {known && (
        <div class="stack">
          <p class="done" role="status" ref={told} tabIndex={-1}>
            {done}
          </p>
          <section class="card">
            <header>
              <h2>Runs</h2>
              <span class="soft">the newest first</span>
            </header>
            <JobRuns job={known} />
          </section>
          {known.triggers.length > 0 && (
            <section class="card">
              <header>
                <h2>Triggers</h2>
                <span class="soft">that start it, or wait for it</span>
              </header>
              <TriggerTable triggers={known.triggers} now={known.now_ms} />
            </section>
          )}
          <Facts job={known} />
        </div>
      )}
      {known && starting && (
        <StartJobDialog
          job={known}
          onClose={(said) => {
            setStarting(false);
            setDone(said ?? "");
          }}
        />
      )}
    </>
  );
}

function Facts({ job }: { job: Job }) {
  const own = [...Object.entries(job.defaults), ...Object.entries(job.fixed)];
  return (
    <section class="card">
      <header>
        <h2>Job</h2>
      </header>
      <dl class="facts">
        <dt>Kind</dt>
        <dd>
          {commandWords(job.command)} <code>{job.command}</code>
        </dd>
        <dt>Script</dt>
        <dd>
          <code>{job.script}</code>
        </dd>
        {job.description && (
          <>
            <dt>Description</dt>
            <dd>{job.description}</dd>
          </>
        )}
        <dt>Arguments</dt>
        <dd>
          {own.length ? (
            own.map(([name, value]) => (
              <div>
                <code>
                  {name} {value}
                </code>
              </div>
            ))
          ) : (
            <span class="soft">none</span>
          )}
        </dd>
        <dt>At once</dt>
        <dd>{count(job.runs_max)}</dd>
        <dt>Retries</dt>
        <dd>{count(job.retries_max)}</dd>
        {job.timeout_min !== undefined && (
          <>
            <dt>Timeout</dt>
            <dd>{duration(job.timeout_min * 60_000)}</dd>
          </>
        )}
        {job.bookmark_ms !== undefined && (
          <>
            <dt>Bookmark</dt>
            <dd>{moment(job.bookmark_ms).slice(0, 19)} UTC</dd>
          </>
        )}
        <dt>Role</dt>
        <dd>
          <code>{job.role}</code>
        </dd>
      </dl>
    </section>
  );
}
