import assert from "node:assert/strict";
import type { GraphEdge, GraphNode } from "../src/api";
import { addressOf } from "../src/parts/graph";
import { apart, inRows, layOut, sizesFor } from "../src/parts/layout";

const node = (id: string): GraphNode => ({
  id,
  kind: "stream",
  name: id,
  state: "ACTIVE",
  figures: [],
});
const edge = (from: string, to: string): GraphEdge => ({ from, to, rate: 0, lag_ms: 0 });

export default {
  "eight columns fit a page of 1440 pixels at full size"() {
    const room = 1440 - 196 - 56 - 34 - 16,
      sizes = sizesFor(8, room);
    const width = 8 * sizes.width + 7 * sizes.gapX;
    assert.ok(width <= room, `${width} in ${room}`);
    assert.deepEqual(sizesFor(3, 1200), { width: 206, height: 132, gapX: 40, gapY: 22 });
  },
  "a table is addressed with its database"() {
    const table: GraphNode = {
      ...node("films"),
      kind: "table",
      figures: [{ label: "database", value: 0, unit: "text", text: "my db" }],
    };
    assert.equal(addressOf(table), "#/query/my%20db/films");
    assert.equal(addressOf(node("films")), "#/streams/films");
    assert.equal(addressOf({ ...node("a/b"), kind: "function" }), "#/part/function/a%2Fb");
  },
  "a node stands right of all that flows into it"() {
    const places = layOut(["a", "b", "c", "d"].map(node), [
      edge("a", "b"),
      edge("b", "c"),
      edge("a", "c"),
      edge("c", "d"),
    ]);
    assert.ok(
      places.get("a")!.x < places.get("b")!.x &&
        places.get("b")!.x < places.get("c")!.x &&
        places.get("c")!.x < places.get("d")!.x,
    );
  },
  "no two nodes stand on each other"() {
    const names = ["a", "b", "c", "d", "e", "f"];
    const places = layOut(names.map(node), [edge("a", "c"), edge("b", "c"), edge("a", "d")]);
    assert.equal(new Set(names.map((name) => JSON.stringify(places.get(name)))).size, names.length);
  },
  "what nothing is connected to stands in rows below"() {
    const { joined, loose } = apart(["a", "x", "b", "y", "z"].map(node), [edge("a", "b")]);
    assert.deepEqual(
      [joined, loose].map((some) => some.map((one) => one.id)),
      [
        ["a", "b"],
        ["x", "y", "z"],
      ],
    );
    const places = inRows(loose, sizesFor(2, 1000), 2, 200);
    assert.deepEqual(places.get("y"), { x: 246, y: 200 });
    assert.deepEqual(places.get("z"), { x: 0, y: 354 });
  },
  "a cycle ends"() {
    const places = layOut(["a", "b"].map(node), [edge("a", "b"), edge("b", "a")]);
    assert.equal(places.size, 2);
  },
  "a chain is placed in a straight line"() {
    const places = layOut(["a", "b", "c"].map(node), [edge("a", "b"), edge("b", "c")]);
    assert.equal(places.get("a")!.y, places.get("c")!.y);
  },
};
