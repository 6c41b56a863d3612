// The ring of hash keys, 0 to 2^128, and the shards on it: shares, halves, neighbours, load. Pure.
import type { Rates, Shard } from '../stream_api';

export const ringSize = 1n << 128n;

/** A hash key as a person typed it; null when it is none. */
export function hashKey(text: string): bigint | null {
  const trimmed = text.trim();
  if (!/^\d{1,39}$/.test(trimmed)) return null;
  const value = BigInt(trimmed);
  return value < ringSize ? value : null;
}

const width = (first: string, last: string) => BigInt(last) - BigInt(first) + 1n;
const part = (piece: bigint) => Number((piece * 1_000_000_000n) / ringSize) / 1_000_000_000;

/** How much of the ring a range has, 0 to 1. */
export const share = (shard: Pick<Shard, 'first_hash' | 'last_hash'>) => part(width(shard.first_hash, shard.last_hash));
/** Where it begins, 0 to 1. */
export const place = (shard: Pick<Shard, 'first_hash'>) => part(BigInt(shard.first_hash));
/** The share of [from, to]. */
export const shareOf = (from: bigint, to: bigint) => part(to - from + 1n);

export const percent = (of: number) => {
  const hundredths = of * 100;
  if (hundredths === 0) return '0 %';
  if (hundredths < 0.01) return '< 0.01 %';
  return `${hundredths < 10 ? hundredths.toFixed(2).replace(/\.?0+$/, '') : hundredths.toFixed(1).replace(/\.0$/, '')} %`;
};

/** The key that halves a shard; null for one that is a single key. */
export function half(shard: Pick<Shard, 'first_hash' | 'last_hash'>): bigint | null {
  const first = BigInt(shard.first_hash), last = BigInt(shard.last_hash);
  return first < last ? first + (last - first + 1n) / 2n : null;
}

export const byHash = (shards: Shard[]) => shards.filter((shard) => shard.open).sort((a, b) => (BigInt(a.first_hash) < BigInt(b.first_hash) ? -1 : 1));

/** The open shards that end where `shard` begins, and begin where it ends. */
export function neighbours(shard: Shard, shards: Shard[]): { before?: Shard; after?: Shard } {
  const open = byHash(shards);
  return {
    before: open.find((other) => BigInt(other.last_hash) + 1n === BigInt(shard.first_hash)),
    after: open.find((other) => BigInt(shard.last_hash) + 1n === BigInt(other.first_hash)),
  };
}

/** How many reshards lie before each shard, among those that are shown. */
export function generations(shards: Shard[]): Map<string, number> {
  const of = new Map<string, number>();
  // A child's number is higher than its parents'.
  for (const shard of [...shards].sort((a, b) => a.id.localeCompare(b.id)))
    of.set(shard.id, Math.max(-1, ...shard.parents.map((parent) => of.get(parent) ?? -1)) + 1);
  return of;
}

export const children = (shard: Shard, shards: Shard[]) => shards.filter((other) => other.parents.includes(shard.id));

/** What a shard takes in, as a part of what AWS lets one take: 1 MiB or 1,000 records a second, whichever is nearer. */
export const load = (rates: Rates) => Math.max(rates[0] / 1000, rates[1] / 1_048_576);

export const heatLevels = ['idle', 'under 1 %', 'under 10 %', 'under 50 %', 'under 100 %', '100 % and over'];
export function heat(rates: Rates): number {
  const now = load(rates);
  return now <= 0 ? 0 : now < 0.01 ? 1 : now < 0.1 ? 2 : now < 0.5 ? 3 : now < 1 ? 4 : 5;
}

/** "…03" of "shardId-000000000003": the digits that tell shards apart. */
export const shortId = (id: string) => id.replace(/^shardId-0*(?=\d)/, '');
