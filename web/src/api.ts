// The console's API: plain JSON over fetch, and one event stream that carries what a page watches.
import { useEffect, useState } from "preact/hooks";
import { heard, missed, useReachable } from "./parts/connection";

export interface Figure {
  label: string;
  value: number;
  unit: "rate" | "bytes" | "count" | "ms" | "text";
  text?: string;
}
export interface GraphNode {
  id: string;
  kind: string;
  name: string;
  state: string;
  figures: Figure[];
  trouble?: string;
}
export interface GraphEdge {
  from: string;
  to: string;
  rate: number;
  lag_ms: number;
}
export interface Overview {
  now_ms: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface EmittedWindow {
  stream: string;
  at_ms: number;
  columns: string[];
  rows: (string | number | null)[][];
}
export interface Application {
  name: string;
  status: string;
  code: string;
  input: string;
  outputs: string[];
  rows_in: number;
  rows_out: number;
  errors: number;
  rate_in: number;
  millis_behind: number;
  windows: EmittedWindow[];
  error?: string;
  history: [number, number][];
}
export interface ResultColumn {
  name: string;
  type: string;
}
export interface QueryResult {
  columns: ResultColumn[];
  rows: (string | null)[][];
  truncated: boolean;
  took_ms: number;
  scanned_bytes: number;
}
export interface Dashboard {
  id: string;
  title: string;
  data_source: string;
  data_set: string;
  sql: string;
  mode: "SPICE" | "DIRECT_QUERY";
  refresh_ms: number;
  category: string;
  bars: string[];
  lines: string[];
}
export interface DashboardData {
  id: string;
  refreshed_ms: number;
  took_ms: number;
  columns: ResultColumn[];
  rows: (string | null)[][];
  error?: string;
}
export interface Table {
  name: string;
  is_view: boolean;
  columns: ResultColumn[];
  partition_keys: ResultColumn[];
}
export interface Database {
  name: string;
  tables: Table[];
}

/** `unreachable`: there was no answer; the shell reports it once, for all pages. */
export interface ApiError {
  message: string;
  line?: number;
  column?: number;
  unreachable?: boolean;
}

const base = "/_freshet/api/";

/**
 * The account and region whose resources are shown, "account/region", from the address; the
 * server's default when the address names none.
 */
export const chosenHome = () => new URLSearchParams(location.search).get("home") ?? "";

export function url(path: string, parameters: Record<string, string> = {}): string {
  const all = new URLSearchParams(parameters);
  if (chosenHome()) all.set("home", chosenHome());
  return `${base}${path}${all.size ? `?${all}` : ""}`;
}

export async function get<T>(path: string, parameters: Record<string, string> = {}): Promise<T> {
  return answer<T>(() => fetch(url(path, parameters)));
}

export async function post<T>(
  path: string,
  body: unknown,
  parameters: Record<string, string> = {},
): Promise<T> {
  return answer<T>(() =>
    fetch(url(path, parameters), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      keepalive: path === "query/cancel",
    }),
  );
}

async function answer<T>(ask: () => Promise<Response>): Promise<T> {
  let response: Response;
  try {
    response = await ask();
  } catch {
    missed();
    throw { message: "The server does not answer.", unreachable: true } as ApiError;
  }
  heard();
  const body = await response
    .json()
    .catch(() => ({ message: `${response.status} ${response.statusText}` }));
  if (!response.ok) throw body as ApiError;
  return body as T;
}

/**
 * The latest state of `topic`, updated once a second; `live` is false while the server cannot be
 * reached, and undefined before the first connection.
 */
export function useLive<T>(topic: string): { data: T | null; live?: boolean } {
  const [data, setData] = useState<T | null>(null);
  const [live, setLive] = useState<boolean>();
  useEffect(() => {
    setData(null);
    setLive(undefined);
    const source = new EventSource(url("live", { topic }));
    source.onopen = () => {
      heard();
      setLive(true);
    };
    source.onerror = () => {
      missed();
      setLive(false);
    };
    source.onmessage = (event) => {
      heard();
      setLive(true);
      setData(JSON.parse(event.data));
    };
    return () => source.close();
  }, [topic]);
  return { data, live };
}

export function useLoaded<T>(path: string): {
  data: T | null;
  error: ApiError | null;
  reload: () => void;
} {
  const [state, setState] = useState<{ data: T | null; error: ApiError | null }>({
    data: null,
    error: null,
  });
  const [turn, setTurn] = useState(0);
  const reachable = useReachable();
  useEffect(() => {
    if (!reachable) return; // the last state stays; the server is asked again when it is back
    let current = true;
    get<T>(path).then(
      (data) => current && setState({ data, error: null }),
      (error: ApiError) => current && !error.unreachable && setState({ data: null, error }),
    );
    return () => {
      current = false;
    };
  }, [path, turn, reachable]);
  return { ...state, reload: () => setTurn(turn + 1) };
}
