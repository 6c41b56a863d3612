// The console's API: plain JSON over fetch, and one event stream that carries what a page watches.
import { useEffect, useState } from 'preact/hooks';

export interface Figure { label: string; value: number; unit: 'rate' | 'bytes' | 'count' | 'ms' | 'text'; text?: string }
export interface GraphNode { id: string; kind: string; name: string; state: string; figures: Figure[]; trouble?: string }
export interface GraphEdge { from: string; to: string; rate: number; lag_ms: number }
export interface Overview { now_ms: number; nodes: GraphNode[]; edges: GraphEdge[] }

export interface EmittedWindow { stream: string; at_ms: number; columns: string[]; rows: (string | number | null)[][] }
export interface Application {
  name: string; status: string; code: string; input: string; outputs: string[]; rows_in: number; rows_out: number; errors: number; rate_in: number;
  millis_behind: number; windows: EmittedWindow[]; error?: string; history: [number, number][];
}
export interface ResultColumn { name: string; type: string }
export interface QueryResult { columns: ResultColumn[]; rows: (string | null)[][]; truncated: boolean; took_ms: number; scanned_bytes: number }
export interface Dashboard {
  id: string; title: string; data_source: string; data_set: string; sql: string; mode: 'SPICE' | 'DIRECT_QUERY'; refresh_ms: number;
  category: string; bars: string[]; lines: string[];
}
export interface DashboardData { id: string; refreshed_ms: number; took_ms: number; columns: ResultColumn[]; rows: (string | null)[][]; error?: string }
export interface Table { name: string; is_view: boolean; columns: ResultColumn[]; partition_keys: ResultColumn[] }
export interface Database { name: string; tables: Table[] }

export interface ApiError { message: string; line?: number; column?: number }

const base = '/_freshet/api/';

/** Whose resources are shown: "account/region", from the address; the server's default when it names none. */
export const chosenHome = () => new URLSearchParams(location.search).get('home') ?? '';

export function url(path: string, parameters: Record<string, string> = {}): string {
  const all = new URLSearchParams(parameters);
  if (chosenHome()) all.set('home', chosenHome());
  return `${base}${path}${all.size ? `?${all}` : ''}`;
}

export async function get<T>(path: string, parameters: Record<string, string> = {}): Promise<T> {
  return answer<T>(await fetch(url(path, parameters)));
}

export async function post<T>(path: string, body: unknown, parameters: Record<string, string> = {}): Promise<T> {
  return answer<T>(await fetch(url(path, parameters), {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  }));
}

async function answer<T>(response: Response): Promise<T> {
  const body = await response.json().catch(() => ({ message: `${response.status} ${response.statusText}` }));
  if (!response.ok) throw body as ApiError;
  return body as T;
}

/** What the server last said about `topic`, kept up to date once a second; `live` is false while it cannot be reached. */
export function useLive<T>(topic: string): { data: T | null; live: boolean } {
  const [data, setData] = useState<T | null>(null);
  const [live, setLive] = useState(false);
  useEffect(() => {
    setData(null);
    const source = new EventSource(url('live', { topic }));
    source.onopen = () => setLive(true);
    source.onerror = () => setLive(false);
    source.onmessage = (event) => { setLive(true); setData(JSON.parse(event.data)); };
    return () => source.close();
  }, [topic]);
  return { data, live };
}

export function useLoaded<T>(path: string): { data: T | null; error: ApiError | null; reload: () => void } {
  const [state, setState] = useState<{ data: T | null; error: ApiError | null }>({ data: null, error: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let current = true;
    get<T>(path).then(
      (data) => current && setState({ data, error: null }),
      (error) => current && setState({ data: null, error }));
    return () => { current = false; };
  }, [path, turn]);
  return { ...state, reload: () => setTurn(turn + 1) };
}
