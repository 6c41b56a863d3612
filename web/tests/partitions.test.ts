import assert from "node:assert/strict";
import type { PartSize } from "../src/lake_api";
import { groupsOf, level, said, smallShare, weights, whole } from "../src/parts/partitions";

const part = (name: string, files = 1, bytes = 100, small = files): PartSize => ({
  name,
  format: "CSV",
  files,
  bytes,
  small_files: small,
});
const two = (at: number) => String(at).padStart(2, "0");
/** 10,080 hours: 14 months of 30 days. */
const hours = Array.from({ length: 10_080 }, (_, at) => {
  const day = Math.floor(at / 24),
    month = Math.floor(day / 30);
  const year = 2025 + Math.floor(month / 12);
  return part(
    `year=${year}/month=${two((month % 12) + 1)}/day=${two((day % 30) + 1)}/hour=${two(at % 24)}`,
  );
});

export default {
  "few partitions are each a mark"() {
    const groups = groupsOf(hours, 0, 24);
    assert.equal(groups.length, 24);
    assert.equal(groups[3].label, "hour=03");
    assert.deepEqual([groups[3].from, groups[3].to], [3, 4]);
  },
  "ten thousand partitions are grouped by their first keys"() {
    const days = groupsOf(hours, 0, hours.length, 420);
    assert.equal(days.length, 420);
    assert.equal(days[0].label, "year=2025/month=01/day=01");
    const months = groupsOf(hours, 0, hours.length);
    assert.equal(months.length, 14);
    assert.equal(months[13].label, "year=2026/month=02");
    assert.equal(
      months.reduce((sum, one) => sum + one.files, 0),
      hours.length,
    );
  },
  "a group opens into its partitions"() {
    const month = groupsOf(hours, 0, hours.length)[2];
    const days = groupsOf(hours, month.from, month.to);
    assert.equal(days.length, 30);
    assert.equal(days[0].label, "day=01");
    const inner = groupsOf(hours, days[0].from, days[0].to);
    assert.deepEqual([inner.length, inner[23].label], [24, "hour=23"]);
  },
  "too many values of one key are groups of neighbours"() {
    const all = Array.from({ length: 1000 }, (_, at) => part(`id=${String(at).padStart(4, "0")}`));
    const groups = groupsOf(all, 0, all.length);
    assert.equal(groups.length, 334);
    assert.equal(groups[0].label, "id=0000 … id=0002");
    assert.equal(groups[333].label, "id=0999");
    assert.deepEqual(
      groupsOf(all, groups[0].from, groups[0].to).map((one) => one.label),
      ["id=0000", "id=0001", "id=0002"],
    );
  },
  "too many values of an inner key, too"() {
    const all = Array.from({ length: 900 }, (_, at) =>
      part(`year=2026/id=${String(at).padStart(3, "0")}`),
    );
    const groups = groupsOf(all, 0, all.length);
    assert.equal(groups.length, 300);
    assert.equal(groups[0].label, "id=000 … id=002");
  },
  "a table without partitions is one mark"() {
    const groups = groupsOf([part("", 7)], 0, 1);
    assert.equal(groups.length, 1);
    assert.equal(groups[0].label, "");
    assert.deepEqual(groupsOf([], 0, 0), []);
  },
  "levels follow files of a partition, and the share of small files"() {
    const of = (files: number, small = files) => whole([part("p=1", files, 1, small)], 0, 1);
    assert.deepEqual(
      [0, 1, 2, 20, 21, 200, 201].map((files) => level(of(files), "files")),
      [0, 0, 1, 2, 3, 4, 5],
    );
    assert.equal(level(of(10, 0), "small"), 0);
    assert.equal(level(of(10, 1), "small"), 1);
    assert.equal(level(of(10, 10), "small"), 5);
    // One small file in each partition is all that there can be.
    assert.equal(smallShare(of(1)), 0);
    assert.equal(smallShare(whole([part("p=1"), part("p=2")], 0, 2)), 0);
  },
  "a group has the colour of its partition with the most files"() {
    const group = whole([part("p=1", 0, 0), part("p=2", 0, 0), part("p=3", 60)], 0, 3);
    assert.deepEqual([group.most, level(group, "files")], [60, 4]);
  },
  "the smallest partitions keep a size"() {
    const all = weights([whole([part("a", 1, 1)], 0, 1), whole([part("b", 1, 1e9)], 0, 1)]);
    assert.ok(all[0] >= 1e8 && all[1] === 1e9);
    assert.deepEqual(weights([whole([part("a", 0, 0)], 0, 1)]), [1]);
  },
  "a mark says its figures"() {
    assert.equal(
      said(groupsOf([part("p=1", 4, 2000, 1)], 0, 1)[0]),
      "p=1: 4 files, 2.0 KB, 25 % of them small",
    );
    assert.equal(said(groupsOf([part("p=1", 0, 0)], 0, 1)[0]), "p=1: 0 files, 0 B");
  },
};
