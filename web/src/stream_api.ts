// The server's answers about streams (src/console/stream_topics.cpp, stream_calls.cpp).

/** Per second: records in, bytes in, records out, bytes out, writes throttled, reads throttled. */
export type Rates = [number, number, number, number, number, number];

export interface StreamHead {
  name: string;
  status: string;
  mode: "PROVISIONED" | "ON_DEMAND";
  created_ms: number;
  retention_hours: number;
  encryption: string;
  open: number;
  closed: number;
  consumers: number;
  rates: Rates;
}
export interface Streams {
  now_ms: number;
  streams: StreamHead[];
  total: number;
}
export interface Shard {
  id: string;
  open: boolean;
  first_hash: string;
  last_hash: string;
  parents: string[];
  opened_ms: number;
  closed_ms?: number;
  first_sequence: string;
  last_sequence?: string;
  records: number;
  kept: number;
  last_arrival_ms?: number;
  throttled: number;
  rates: Rates;
}
export interface Standing {
  id: string;
  state: "ACTIVE" | "IDLE";
  records: number;
  age_ms?: number;
  told_age_ms?: number;
  since_ms?: number;
}
export interface Follower {
  kind: "fan-out" | "delivery" | "application" | "shared";
  name: string;
  state: string;
  records: number;
  age_ms?: number;
  trouble?: string;
  waiting_bytes?: number;
  oldest_waiting_ms?: number;
  shards: Standing[];
}
export interface Stream extends StreamHead {
  error?: string;
  now_ms: number;
  arn: string;
  record_kib_max: number;
  history: [number, number][];
  shards: Shard[];
  followers: Follower[];
}
export interface RecordHead {
  sequence_number: string;
  arrival_ms: number;
  partition_key: string;
  size: number;
  encrypted: boolean;
}
export interface RecordLine extends RecordHead {
  preview: string;
  aggregated: boolean;
}
export interface RecordPage {
  records: RecordLine[];
  next: string;
  behind_ms: number;
  is_end: boolean;
  children: string[];
}
export interface UserRecord {
  partition_key: string;
  explicit_hash_key?: string;
  size: number;
  data: string;
}
export interface RecordDetail extends RecordHead {
  hash_key: string;
  data: string;
  users_total?: number;
  users?: UserRecord[];
}
