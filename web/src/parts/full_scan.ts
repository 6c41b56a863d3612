// How long a query takes that reads every column of every row, before a run and after it. Kept as
// long as the tab is open.
import { post, type QueryResult } from "../api";

export interface Scan {
  took_ms: number;
  scanned_bytes: number;
}
export interface Scans {
  /** The table that is read afterwards: "database.table". */
  target: string;
  before: Scan;
  after?: Scan;
  /** Why there is no second figure. */
  error?: string;
}

const key = (run: string) => `freshet.scan.${run}`;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

export function scansOf(run: string): Scans | null {
  try {
    return JSON.parse(sessionStorage.getItem(key(run)) ?? "null");
  } catch {
    return null;
  }
}

export const keepScans = (run: string, scans: Scans) =>
  sessionStorage.setItem(key(run), JSON.stringify(scans));

/** `id`: by which the statement is cancelled. */
export async function fullScan(table: string, id: string): Promise<Scan> {
  const [database, ...rest] = table.split(".");
  const path = `${quoted(database)}.${quoted(rest.join("."))}`;
  const described = await post<QueryResult>("query", { sql: `SELECT * FROM ${path} LIMIT 0`, id });
  const counts = described.columns.map((column) => `count(${quoted(column.name)})`);
  const { took_ms, scanned_bytes } = await post<QueryResult>("query", {
    sql: `SELECT ${["count(*)", ...counts].join(", ")} FROM ${path}`,
    id,
  });
  return { took_ms, scanned_bytes };
}

export const cancelScan = (id: string) => post("query/cancel", { id }).catch(() => undefined);
