import assert from "node:assert/strict";
import { strips, type Rect } from "../src/parts/strips";

const area = (all: Rect[]) => all.reduce((sum, one) => sum + one.width * one.height, 0);
const overlap = (one: Rect, other: Rect) =>
  one.x + one.width > other.x + 1e-6 &&
  other.x + other.width > one.x + 1e-6 &&
  one.y + one.height > other.y + 1e-6 &&
  other.y + other.height > one.y + 1e-6;

export default {
  "rectangles fill the picture and do not overlap"() {
    const weights = Array.from({ length: 120 }, (_, at) => 1 + ((at * 37) % 23));
    const all = strips(weights, 900, 320);
    assert.ok(Math.abs(area(all) - 900 * 320) < 1e-3);
    for (let i = 0; i < all.length; i++)
      for (let j = i + 1; j < all.length; j++) assert.ok(!overlap(all[i], all[j]), `${i} ${j}`);
    for (const one of all) {
      assert.ok(one.x >= -1e-6 && one.x + one.width <= 900 + 1e-6);
      assert.ok(one.y >= -1e-6 && one.y + one.height <= 320 + 1e-6);
    }
  },
  "areas are as the weights, in their order"() {
    const all = strips([1, 2, 3, 4], 100, 50);
    assert.deepEqual(
      all.map((one) => Math.round(one.width * one.height)),
      [500, 1000, 1500, 2000],
    );
    for (let at = 1; at < all.length; at++)
      assert.ok(
        all[at].y > all[at - 1].y - 1e-6 &&
          (all[at].y > all[at - 1].y || all[at].x > all[at - 1].x),
      );
  },
  "equal weights are near to squares"() {
    for (const one of strips(Array(400).fill(1), 900, 320)) {
      const shape = one.width / one.height;
      assert.ok(shape > 1 / 3 && shape < 3, String(shape));
    }
  },
  "nothing has no room"() {
    assert.deepEqual(strips([], 100, 100), []);
    assert.equal(strips([1], 0, 100)[0].width, 0);
    assert.deepEqual(strips([5], 10, 20), [{ x: 0, y: 0, width: 10, height: 20 }]);
  },
};
