// SQL over the lake: the catalog on the left, the statement, its result or where it is wrong.
import { useState } from 'preact/hooks';
import { post, useLoaded, type ApiError, type Database, type QueryResult } from '../api';
import { Editor } from '../parts/editor';
import { bytes, duration } from '../parts/format';
import { ResultTable } from '../parts/result_table';

export function QueryPage({ name }: { name?: string }) {
  const { data: catalog, reload } = useLoaded<{ databases: Database[] }>('catalog');
  const [database, setDatabase] = useState<string | null>(null);
  const [sql, setSql] = useState<string | null>(null);
  const [result, setResult] = useState<QueryResult | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [running, setRunning] = useState(false);

  const databases = catalog?.databases ?? [];
  const chosen = database ?? databases.find((d) => d.tables.length)?.name ?? databases[0]?.name ?? 'default';
  const first = name ?? databases.find((d) => d.name === chosen)?.tables[0]?.name;
  const text = sql ?? (first ? `SELECT *\nFROM ${quoted(first)}\nLIMIT 100` : 'SELECT 1');

  async function run() {
    if (running) return;
    setRunning(true); setError(null);
    try { setResult(await post<QueryResult>('query', { sql: text, database: chosen })); reload(); }
    catch (problem) { setResult(null); setError(problem as ApiError); }
    finally { setRunning(false); }
  }

  return (
    <>
      <header><h1>Query</h1><span class="grow" />
        <label class="soft">Database <select value={chosen} onChange={(event) => setDatabase(event.currentTarget.value)}>
          {databases.map((d) => <option>{d.name}</option>)}</select></label></header>
      <div class="split">
        <nav class="card tree" aria-label="Tables and views">
          {databases.find((d) => d.name === chosen)?.tables.map((table) => (
            <details open={table.name === first}>
              <summary style={{ padding: '4px 16px', cursor: 'pointer', fontWeight: 600 }}>{table.name} <span class="soft">{table.is_view ? 'view' : ''}</span></summary>
              {[...table.columns, ...table.partition_keys].map((column) => <div class="column"><span>{column.name}</span><span>{column.type}</span></div>)}
              <button class="quiet" onClick={() => setSql(`SELECT *\nFROM ${quoted(table.name)}\nLIMIT 100`)}>select from it</button>
            </details>
          ))}
          {!databases.some((d) => d.tables.length) && <div class="empty">No table yet. A crawler or CREATE EXTERNAL TABLE makes one.</div>}
        </nav>
        <div class="stack">
          <Editor label="SQL statement" value={text} onChange={setSql} onRun={run} wrongLine={error?.line} />
          <div class="row">
            <button class="primary" onClick={run} disabled={running}>{running ? 'Running…' : 'Run'}</button>
            <span class="soft"><kbd>Ctrl</kbd> <kbd>Enter</kbd></span>
            {result && <span class="soft" data-testid="statistics">{result.rows.length} rows{result.truncated ? ' (first ones)' : ''} in {duration(result.took_ms)}, {bytes(result.scanned_bytes)} scanned</span>}
          </div>
          {error && <div class="notice" role="alert">{error.message}</div>}
          {result && <section class="card"><ResultTable caption="Result" columns={result.columns} rows={result.rows} /></section>}
        </div>
      </div>
    </>
  );
}

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
