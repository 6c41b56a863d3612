import assert from "node:assert/strict";
import type { Dashboard, EmittedWindow } from "../src/api";
import { inOrder, labelsOf, titleOf } from "../src/parts/combo_chart";
import { causesOf } from "../src/parts/error_list";
import { inWords } from "../src/parts/trouble";

const window = (at_ms: number, ...messages: string[]): EmittedWindow => ({
  stream: "error_stream",
  at_ms,
  columns: ["ERROR_NAME", "MESSAGE", "DATA_ROW"],
  rows: messages.map((message) => ["E", message, "612c62"]),
});
const board = (bars: string[], lines: string[]): Dashboard => ({
  id: "b",
  title: "b",
  data_source: "s",
  data_set: "d",
  sql: "",
  mode: "SPICE",
  refresh_ms: 1000,
  category: "carrier",
  bars,
  lines,
});

export default {
  "rows that failed for one cause stand together, with the text of one"() {
    const causes = causesOf([
      window(1000, "Column N: 'x' is not an INTEGER", "Column N: 'yy' is not an INTEGER"),
      window(5000, "Column N: 'z' is not an INTEGER", "too few columns"),
    ]);
    assert.deepEqual(
      causes.map((cause) => [cause.rows, cause.last_ms]),
      [
        [3, 5000],
        [1, 5000],
      ],
    );
    assert.ok(causes[0].sample.includes("DATA_ROW: a,b"), causes[0].sample);
    assert.deepEqual(causesOf([]), []);
  },
  "a function that failed is told in a sentence"() {
    const told = inWords(
      'The function failed: {"errorMessage": "no such key", "errorType": "KeyError", "stackTrace": ["  line 1\\n"]}',
    );
    assert.equal(told.sentence, "The function failed: KeyError: no such key");
    assert.equal(told.more, "  line 1\n");
    assert.equal(inWords("The bucket lake is gone").sentence, "The bucket lake is gone");
    assert.equal(inWords("{ not json }").sentence, "{ not json }");
  },
  "names of categories never stand on each other"() {
    assert.deepEqual(labelsOf(5, 900), { rotate: 0, interval: 0, width: 172, overflow: "break" });
    assert.deepEqual(labelsOf(12, 900), {
      rotate: 32,
      interval: 0,
      width: 130,
      overflow: "truncate",
    });
    assert.deepEqual(labelsOf(9, 180), {
      rotate: 90,
      interval: 0,
      width: 100,
      overflow: "truncate",
    });
    for (const many of [1, 12, 40, 500]) {
      for (const room of [0, 150, 290, 1100]) {
        const { rotate, interval } = labelsOf(many, room),
          apart = (room / many) * (interval + 1);
        if (room >= many)
          assert.ok(apart >= (rotate === 90 ? 15 : 28), `${many} in ${room}: ${apart}`);
      }
    }
  },
  "a table has the order of its chart"() {
    const rows = (...names: string[]) => ({
      id: "b",
      refreshed_ms: 0,
      took_ms: 0,
      columns: [{ name: "carrier", type: "varchar" }],
      rows: names.map((name) => [name]),
    });
    const plain = { ...board(["flights"], []), sql: "SELECT carrier FROM t" };
    assert.deepEqual(inOrder(plain, rows("b", "c", "a")), [["a"], ["b"], ["c"]]);
    assert.deepEqual(
      inOrder({ ...plain, sql: "SELECT carrier FROM t ORDER BY n" }, rows("b", "c", "a")),
      [["b"], ["c"], ["a"]],
    );
  },
  "a chart is called by what it draws"() {
    assert.equal(titleOf(board(["flights"], [])), "flights by carrier");
    assert.equal(titleOf(board([], ["delay"])), "delay by carrier");
    assert.equal(titleOf(board(["flights"], ["delay"])), "flights and delay by carrier");
    assert.equal(titleOf(board(["a", "b"], ["c"])), "a, b and c by carrier");
  },
};
