// The types of the server's answers about tables, crawlers and jobs.

export interface Column {
  name: string;
  type: string;
  comment: string;
}

/** What a run is asked for. */
export interface RunOptions {
  convert: "" | "parquet";
  into: string;
  where: string;
  compression: string;
  target_mb: number;
  keep_raw_ms: number;
  narrow: boolean;
  sort: string[];
  bloom: string[];
}

export interface RunFigures {
  partitions: number;
  partitions_done: number;
  files_before: number;
  files_after: number;
  bytes_before: number;
  bytes_after: number;
  rows_read: number;
  rows_written: number;
  rows_rejected: number;
  commits: number;
  retries: number;
  left_alone: number;
}

/** A query that reads every column of every row. */
export interface Scan {
  took_ms: number;
  bytes: number;
}

/** It has not ended. */
export const isUnderWay = (run: TableRun) => run.state === "RUNNING" || run.state === "STOPPING";

/** A run of a table's maintenance; `notes` are the first ones of `notes_total`. */
export interface TableRun extends RunOptions, RunFigures {
  id: string;
  database: string;
  table: string;
  state: "RUNNING" | "STOPPING" | "SUCCEEDED" | "FAILED" | "STOPPED";
  origin: "REQUEST" | "STATEMENT" | "POLICY";
  error: string;
  started_ms: number;
  ended_ms?: number;
  notes: string[];
  notes_total: number;
  /** As who asked for the run measured it. */
  scan_before?: Scan;
  scan_after?: Scan;
}

export interface Policy extends RunOptions {
  files_over: number;
  file_mb_under: number;
  idle_ms: number;
}

interface TableHead {
  name: string;
  is_view: boolean;
  format: string;
  location: string;
  partitions: number;
  crawler: string;
}

export interface LakeTable extends TableHead {
  partition_keys: string[];
  has_policy: boolean;
}

export interface Crawler {
  name: string;
  database: string;
  state: "READY" | "RUNNING" | "STOPPING";
  targets: string[];
  running_since_ms?: number;
  last?: {
    outcome: "SUCCEEDED" | "CANCELLED" | "FAILED";
    error: string;
    started_ms: number;
    log_stream: string;
    took_ms?: number;
    tables_made?: number;
    tables_changed?: number;
    partitions_made?: number;
  };
}

export interface Crawl {
  id: string;
  outcome: "SUCCEEDED" | "CANCELLED" | "FAILED";
  error: string;
  started_ms: number;
  ended_ms: number;
  log_stream: string;
}

/** Why a crawl did what it did; `crawls`: those that can be explained, the newest first. */
export interface Explanation extends Crawl {
  name: string;
  lines: string[];
  crawls: Crawl[];
}

export interface Lake {
  now_ms: number;
  is_cut: boolean;
  databases: { name: string; tables: LakeTable[] }[];
  running: TableRun[];
  crawlers: Crawler[];
  crawlers_total: number;
}

export interface TableDetail extends TableHead {
  now_ms: number;
  error?: string;
  database: string;
  description: string;
  created_ms: number;
  updated_ms: number;
  columns: Column[];
  partition_keys: Column[];
  policy: Policy | null;
  runs: TableRun[];
}

export interface PartSize {
  name: string;
  format: string;
  files: number;
  bytes: number;
  small_files: number;
  newest_ms?: number;
}

export interface SizesPage {
  parts: PartSize[];
  small_under: number;
  next?: string;
}

export interface TableTotal {
  partitions: number;
  files: number;
  bytes: number;
  small_files: number;
  is_cut: boolean;
}

/** What a run would do. */
export interface Proposal extends RunFigures {
  parts: { name: string; files: number; bytes: number; files_after: number }[];
  notes: string[];
}

export type JobState =
  | "WAITING"
  | "STARTING"
  | "RUNNING"
  | "STOPPING"
  | "STOPPED"
  | "SUCCEEDED"
  | "FAILED"
  | "TIMEOUT";

export interface JobRun {
  id: string;
  job: string;
  state: JobState;
  attempt: number;
  started_ms: number;
  running_since_ms?: number;
  ended_ms?: number;
  error: string;
  progress: string;
  trigger: string;
  previous: string;
  arguments: Record<string, string>;
}

export interface Trigger {
  name: string;
  type: "ON_DEMAND" | "SCHEDULED" | "CONDITIONAL";
  state: "CREATED" | "ACTIVATED" | "DEACTIVATED";
  schedule: string;
  description: string;
  due_ms?: number;
  fires_at_any: boolean;
  actions: { job: string; crawler: string }[];
  conditions: { job: string; crawler: string; state: JobState; is_met: boolean }[];
}

interface JobHead {
  name: string;
  command: string;
  script: string;
  description: string;
  runs_max: number;
  retries_max: number;
  timeout_min?: number;
  /** null: Freshet keeps such jobs and does not run them. */
  log_group: string | null;
}

export interface Jobs {
  now_ms: number;
  jobs: (JobHead & { last: JobRun | null })[];
  total: number;
  triggers: Trigger[];
}

export interface Job extends JobHead {
  now_ms: number;
  error?: string;
  role: string;
  created_ms: number;
  changed_ms: number;
  defaults: Record<string, string>;
  fixed: Record<string, string>;
  triggers: Trigger[];
  runs: JobRun[];
  bookmark_ms?: number;
}

export interface JobLog {
  lines: { at_ms: number; text: string }[];
  lines_max: number;
}
