// The hash keys, 0 to 2^128, and the shards that own them: shares, halves, neighbours, load. Pure.
import type { Rates, Shard } from "../stream_api";

export const ringSize = 1n << 128n;

/** A hash key as the user typed it; null when it is not valid. */
export function hashKey(text: string): bigint | null {
  const trimmed = text.trim();
  if (!/^\d{1,39}$/.test(trimmed)) return null;
  const value = BigInt(trimmed);
  return value < ringSize ? value : null;
}

const width = (first: string, last: string) => BigInt(last) - BigInt(first) + 1n;
const part = (piece: bigint) => Number((piece * 1_000_000_000n) / ringSize) / 1_000_000_000;

/** The share of all hash keys that a range has, 0 to 1. */
export const share = (shard: Pick<Shard, "first_hash" | "last_hash">) =>
  part(width(shard.first_hash, shard.last_hash));
/** Where it begins, 0 to 1. */
export const place = (shard: Pick<Shard, "first_hash">) => part(BigInt(shard.first_hash));
/** The share of [from, to]. */
export const shareOf = (from: bigint, to: bigint) => part(to - from + 1n);

export const percent = (of: number) => {
  const hundredths = of * 100;
  if (hundredths === 0) return "0 %";
  if (hundredths < 0.01) return "< 0.01 %";
  return `${hundredths < 10 ? hundredths.toFixed(2).replace(/\.?0+$/, "") : hundredths.toFixed(1).replace(/\.0$/, "")} %`;
};

/** The key that halves a shard; null for one that is a single key. */
export function half(shard: Pick<Shard, "first_hash" | "last_hash">): bigint | null {
  const first = BigInt(shard.first_hash),
    last = BigInt(shard.last_hash);
  return first < last ? first + (last - first + 1n) / 2n : null;
}

/** The open shards in order of hash key. */
export const byHash = (shards: Shard[]) =>
  shards
    .filter((shard) => shard.open)
    .map((shard) => ({ shard, first: BigInt(shard.first_hash) }))
    .sort((a, b) => (a.first < b.first ? -1 : 1))
    .map(({ shard }) => shard);

/** The open neighbours below and above `shard`; `open` is in order of hash key. */
export function neighbours(shard: Shard, open: Shard[]): { before?: Shard; after?: Shard } {
  const at = open.findIndex((other) => other.id === shard.id);
  const touch = (a?: Shard, b?: Shard) =>
    a !== undefined && b !== undefined && BigInt(a.last_hash) + 1n === BigInt(b.first_hash);
  const before = at < 0 ? undefined : open[at - 1],
    after = at < 0 ? undefined : open[at + 1];
  return {
    before: touch(before, shard) ? before : undefined,
    after: touch(shard, after) ? after : undefined,
  };
}

/** The children of each shard. */
export function childrenOf(shards: Shard[]): Map<string, Shard[]> {
  const all = new Map<string, Shard[]>();
  for (const shard of shards) {
    for (const parent of shard.parents) all.set(parent, [...(all.get(parent) ?? []), shard]);
  }
  return all;
}

/** The number of reshards before each shard, among those that are shown. */
export function generations(shards: Shard[]): Map<string, number> {
  const of = new Map<string, number>();
  // A child's number is higher than its parents'.
  for (const shard of [...shards].sort((a, b) => a.id.localeCompare(b.id)))
    of.set(shard.id, Math.max(-1, ...shard.parents.map((parent) => of.get(parent) ?? -1)) + 1);
  return of;
}

/**
 * A shard's writes as a part of AWS's limit: 1 MiB or 1,000 records a second, whichever is nearer.
 */
export const load = (rates: Rates) => Math.max(rates[0] / 1000, rates[1] / 1_048_576);

export const heatLevels = [
  "idle",
  "under 1 %",
  "under 10 %",
  "under 50 %",
  "under 100 %",
  "100 % and over",
];
export function heat(rates: Rates): number {
  const now = load(rates);
  return now <= 0 ? 0 : now < 0.01 ? 1 : now < 0.1 ? 2 : now < 0.5 ? 3 : now < 1 ? 4 : 5;
}

/** "…03" of "shardId-000000000003": the digits that differ between shards. */
export const shortId = (id: string) => id.replace(/^shardId-0*(?=\d)/, "");
