import assert from "node:assert/strict";
import { bytes, clock, count, duration, figure, moment, rate, tone } from "../src/parts/format";

export default {
  "bytes carry a unit"() {
    assert.equal(bytes(0), "0 B");
    assert.equal(bytes(999), "999 B");
    assert.equal(bytes(1500), "1.5 KB");
    assert.equal(bytes(12_345_678), "12 MB");
  },
  "durations read as people say them"() {
    assert.equal(duration(12), "12 ms");
    assert.equal(duration(1500), "1.5 s");
    assert.equal(duration(61_000), "1 min 1 s");
    assert.equal(duration(7_320_000), "2 h 2 min");
  },
  "counts are grouped, then compact"() {
    assert.equal(count(215_551), "215,551");
    assert.equal(count(12_500_000), "12.5M");
  },
  "small rates are not nothing"() {
    assert.deepEqual([0, 0.04, 0.25, 3, 9.96, 12.4, 1234].map(rate), [
      "0",
      "< 0.1",
      "0.3",
      "3",
      "10",
      "12",
      "1,234",
    ]);
  },
  "moments have a date and milliseconds"() {
    assert.equal(moment(Date.UTC(2026, 0, 1, 13, 5, 9, 12)), "2026-01-01 13:05:09.012");
  },
  "times are UTC"() {
    assert.equal(clock(Date.UTC(2026, 0, 1, 13, 5, 9)), "13:05:09");
  },
  "figures by unit"() {
    assert.equal(figure({ label: "in", value: 12, unit: "rate" }), "12/s");
    assert.equal(figure({ label: "mode", value: 0, unit: "text", text: "SPICE" }), "SPICE");
  },
  "states have a tone"() {
    assert.equal(tone("ACTIVE"), "good");
    assert.equal(tone("FAILING"), "bad");
    assert.equal(tone("STOPPING"), "warn");
  },
};
