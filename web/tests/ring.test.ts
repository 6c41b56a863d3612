import assert from "node:assert/strict";
import {
  byHash,
  childrenOf,
  generations,
  half,
  hashKey,
  heat,
  heatLevels,
  load,
  neighbours,
  percent,
  place,
  ringSize,
  share,
  shortId,
} from "../src/parts/ring";
import type { Rates, Shard } from "../src/stream_api";

const top = ringSize - 1n,
  middle = ringSize / 2n;
const shard = (n: number, first: bigint, last: bigint, more: Partial<Shard> = {}): Shard => ({
  id: `shardId-${String(n).padStart(12, "0")}`,
  open: true,
  first_hash: String(first),
  last_hash: String(last),
  parents: [],
  opened_ms: 0,
  first_sequence: "0",
  records: 0,
  kept: 0,
  throttled: 0,
  rates: [0, 0, 0, 0, 0, 0],
  ...more,
});
const rates = (records: number, bytes: number): Rates => [records, bytes, 0, 0, 0, 0];

export default {
  "shares are exact on a ring of 2^128"() {
    assert.equal(share(shard(0, 0n, top)), 1);
    assert.equal(share(shard(0, 0n, middle - 1n)), 0.5);
    assert.equal(place(shard(1, middle, top)), 0.5);
    assert.equal(percent(1 / 3), "33.3 %");
    assert.equal(percent(0.025), "2.5 %");
    assert.equal(percent(0), "0 %");
    assert.equal(percent(1e-9), "< 0.01 %");
  },
  "a half is where the second child begins"() {
    assert.equal(half(shard(0, 0n, top)), middle);
    assert.equal(half(shard(0, 0n, 9n)), 5n);
    assert.equal(half(shard(0, 4n, 5n)), 5n);
    assert.equal(half(shard(0, 5n, 5n)), null);
  },
  "hash keys are whole numbers on the ring"() {
    assert.equal(hashKey(" 12 "), 12n);
    assert.equal(hashKey(String(top)), top);
    for (const wrong of ["", "-1", "1.5", "0x10", String(ringSize), "9".repeat(40), "1e3"])
      assert.equal(hashKey(wrong), null);
  },
  "neighbours touch and are open"() {
    const all = [
      shard(0, 0n, top, { open: false }),
      shard(2, middle, top),
      shard(1, 0n, middle - 1n),
    ];
    assert.deepEqual(
      byHash(all).map((one) => shortId(one.id)),
      ["1", "2"],
    );
    const open = byHash(all);
    assert.equal(neighbours(all[2], open).after?.id, all[1].id);
    assert.equal(neighbours(all[2], open).before, undefined);
    assert.equal(neighbours(all[1], open).before?.id, all[2].id);
    assert.deepEqual(neighbours(all[0], open), { before: undefined, after: undefined });
    assert.equal(neighbours(all[2], [all[2], shard(3, middle + 1n, top)]).after, undefined);
  },
  "generations follow the parents that are kept"() {
    const id = (n: number) => shard(n, 0n, 0n).id;
    const all = [
      shard(1, 0n, 4n, { parents: [id(0)] }),
      shard(2, 5n, 9n, { parents: [id(0)] }),
      shard(3, 0n, 9n, { parents: [id(1), id(2)] }),
      shard(4, 0n, 1n, { parents: [id(3)] }),
    ];
    assert.deepEqual([...generations(all).values()], [0, 0, 1, 2]);
    assert.deepEqual(
      childrenOf(all)
        .get(all[0].id)!
        .map((one) => shortId(one.id)),
      ["3"],
    );
  },
  "heat is the nearer of a shard's two limits"() {
    assert.equal(load(rates(500, 0)), 0.5);
    assert.equal(load(rates(1, 2 * 1_048_576)), 2);
    assert.deepEqual(
      [0, 5, 50, 400, 900, 1000].map((records) => heat(rates(records, 0))),
      [0, 1, 2, 3, 4, 5],
    );
    assert.equal(heatLevels.length, 6);
  },
  "short names keep the digits that differ"() {
    assert.equal(shortId("shardId-000000000000"), "0");
    assert.equal(shortId("shardId-000000000120"), "120");
  },
};
