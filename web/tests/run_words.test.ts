import assert from "node:assert/strict";
import { argumentsOf } from "../src/parts/arguments";
import { fieldsOf, firstFields, optionWords, problemOf, requestOf } from "../src/parts/run_words";

const first = firstFields("lake", "crimes");
const options = {
  convert: "parquet" as const,
  into: "",
  where: "year = '2026'",
  compression: "snappy",
  target_mb: 64,
  keep_raw_ms: 2 * 86_400_000,
  narrow: false,
  sort: ["a"],
  bloom: [],
};

export default {
  "a merge asks for nothing of a conversion"() {
    assert.deepEqual(requestOf(first), {
      convert: "",
      into: "",
      where: "",
      narrow: "",
      compression: "zstd",
      target_mb: "128",
      keep_raw_ms: "0",
      sort: "",
      bloom: "",
    });
  },
  "text is kept only in place, types are narrowed only in a second table"() {
    const inPlace = requestOf({ ...first, kind: "convert", narrow: true });
    assert.deepEqual(
      [inPlace.convert, inPlace.into, inPlace.keep_raw_ms, inPlace.narrow],
      ["parquet", "", "604800000", ""],
    );
    const into = requestOf({ ...first, kind: "into", narrow: true });
    assert.deepEqual(
      [into.into, into.keep_raw_ms, into.narrow],
      ["lake.crimes_parquet", "0", "true"],
    );
  },
  "what a policy has is shown and sent again"() {
    const fields = fieldsOf(options, first);
    assert.equal(fields.kind, "convert");
    const sent = requestOf(fields, options);
    assert.deepEqual(
      [sent.where, sent.compression, sent.target_mb, sent.keep_raw_ms, sent.sort],
      ["year = '2026'", "snappy", "64", "172800000", "a"],
    );
    assert.equal(optionWords(options), "Parquet in place, where year = '2026'");
    assert.equal(optionWords({ ...options, convert: "", where: "" }), "merge");
  },
  "what cannot be sent is explained"() {
    assert.equal(problemOf(first), "");
    for (const wrong of [
      { targetMb: "0" },
      { targetMb: "many" },
      { kind: "convert" as const, keepDays: "-1" },
      { kind: "convert" as const, keepDays: "367" },
      { kind: "into" as const, into: "other" },
    ])
      assert.notEqual(problemOf({ ...first, ...wrong }), "", JSON.stringify(wrong));
  },
  "arguments are a line each"() {
    assert.deepEqual(argumentsOf("--day 2026-01-31\n\n --mode=full now \n--flag"), {
      "--day": "2026-01-31",
      "--mode": "full now",
      "--flag": "",
    });
    assert.match(argumentsOf("day 1") as string, /--name value/);
    assert.match(argumentsOf("--a 1\n--a 2") as string, /twice/);
  },
};
