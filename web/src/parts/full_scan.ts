// How long a query takes that reads every column of every row, before a run and after it. The server
// keeps it with the run; the tab that started the run measures the second one when it has ended.
import { post, type QueryResult } from "../api";
import type { Scan } from "../lake_api";

const key = (run: string) => `freshet.scan.${run}`;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** What this tab still measures: "database.table", read after the run; null when nothing. */
export const targetOf = (run: string) => sessionStorage.getItem(key(run));

export async function keepScan(run: string, moment: "before" | "after", scan: Scan) {
  await post("tables/scan", {
    id: run,
    moment,
    took_ms: String(scan.took_ms),
    bytes: String(scan.bytes),
  });
}

/** It is measured when the run has ended. */
export const measureAfter = (run: string, target: string) =>
  sessionStorage.setItem(key(run), target);
export const forgetAfter = (run: string) => sessionStorage.removeItem(key(run));

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
  return { took_ms, bytes: scanned_bytes };
}

export const cancelScan = (id: string) => post("query/cancel", { id }).catch(() => undefined);
