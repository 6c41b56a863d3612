// The streaming applications: what comes in, the SQL, and the windows as they close.
import { useLive, useLoaded, type Application, type EmittedWindow } from '../api';
import { Editor } from '../parts/editor';
import { clock, count, duration, tone } from '../parts/format';
import { RateChart } from '../parts/rate_chart';

export function AnalyticsPage({ name }: { name?: string }) {
  const { data, error } = useLoaded<{ applications: { name: string; status: string }[] }>('applications');
  const chosen = name ?? data?.applications[0]?.name;
  return (
    <>
      <header>
        <h1>Analytics</h1>
        {data && data.applications.length > 1 && (
          <select aria-label="Application" value={chosen} onChange={(event) => { location.hash = `#/analytics/${encodeURIComponent(event.currentTarget.value)}`; }}>
            {data.applications.map((application) => <option>{application.name}</option>)}
          </select>
        )}
      </header>
      {error && <div class="notice" role="alert">{error.message}</div>}
      {data && !chosen && <section class="card"><div class="empty">No application yet: CreateApplication makes one, StartApplication starts it.</div></section>}
      {chosen && <ApplicationView key={chosen} name={chosen} />}
    </>
  );
}

function ApplicationView({ name }: { name: string }) {
  const { data, live } = useLive<Application>(`application:${name}`);
  if (!data) return <section class="card"><div class="empty">Waiting for {name}…</div></section>;
  return (
    <div class="stack">
      {data.error && <div class="notice" role="alert">{data.error}</div>}
      <div class="columns">
        <section class="card">
          <header><h2>{data.name}</h2><span class={`badge ${tone(data.status)}`}>{data.status.toLowerCase()}</span><span class="grow" />
            {!live && <span class="badge warn">reconnecting</span>}</header>
          <div class="body stack">
            <p class="soft">from <b>{data.input || 'no input'}</b> to <b>{data.outputs.join(', ') || 'no output'}</b>: {count(data.rows_in)} rows so far, {count(data.rate_in)} rows/s, {duration(data.millis_behind)} behind; {count(data.rows_out)} rows out, {count(data.errors)} to error_stream</p>
            <RateChart points={data.history} label="rows in" />
          </div>
        </section>
        <section class="card"><header><h2>SQL</h2></header><div class="body"><Editor label="Application code" value={data.code} /></div></section>
      </div>
      <section class="card">
        <header><h2>Windows as they close</h2></header>
        <div class="body">
          {data.windows.length
            ? <div class="windows" data-testid="windows">{data.windows.map((window, at) => <WindowCard key={`${window.stream}${window.at_ms}`} window={window} newest={at === 0} />)}</div>
            : <div class="empty">The first window has not closed yet.</div>}
        </div>
      </section>
    </div>
  );
}

function WindowCard({ window, newest }: { window: EmittedWindow; newest: boolean }) {
  const measure = window.rows.length ? window.rows[0].findIndex((cell) => typeof cell === 'number') : -1;
  const most = Math.max(1, ...window.rows.map((row) => Number(row[measure]) || 0));
  return (
    <article class={`window ${newest ? 'new' : ''}`} aria-label={`Window that closed at ${clock(window.at_ms)}`}>
      <header><span>{window.stream}</span><time>{clock(window.at_ms)}</time></header>
      <table>
        <tbody>
          {window.rows.map((row) => (
            <tr>{row.map((cell, at) => (
              <td class={typeof cell === 'number' ? 'number' : at === 0 ? 'meter' : ''} style={at === 0 ? { '--share': `${(100 * (Number(row[measure]) || 0)) / most}%` } : undefined}>
                <span>{cell === null ? 'null' : typeof cell === 'number' ? count(cell) : cell}</span>
              </td>
            ))}</tr>
          ))}
        </tbody>
      </table>
    </article>
  );
}
