// A treemap that keeps the order: rectangles in rows from the top, each row from the left. Knows no
// page.

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

const ratio = (one: number, other: number) => Math.max(one / other, other / one);

/** The mean of how far the rectangles of a row are from squares. */
function meanRatio(weights: number[], area: number, width: number): number {
  const sum = weights.reduce((all, one) => all + one, 0);
  const height = (sum * area) / width;
  return (
    weights.reduce((all, one) => all + ratio(height, (one * area) / height), 0) / weights.length
  );
}

/** Rectangles whose areas are as `weights`, all greater than 0; they fill `width` by `height`. */
export function strips(weights: number[], width: number, height: number): Rect[] {
  const sum = weights.reduce((all, one) => all + one, 0);
  if (!sum || width <= 0 || height <= 0)
    return weights.map(() => ({ x: 0, y: 0, width: 0, height: 0 }));
  const area = (width * height) / sum;
  const rows: number[][] = [];
  let row: number[] = [];
  for (const weight of weights) {
    const isWorse =
      row.length > 0 && meanRatio([...row, weight], area, width) > meanRatio(row, area, width);
    if (isWorse) {
      rows.push(row);
      row = [];
    }
    row.push(weight);
  }
  // A last row of little is a thin line below the others: it joins the row above.
  const last = rows[rows.length - 1];
  if (last && meanRatio([...last, ...row], area, width) < meanRatio(row, area, width))
    rows[rows.length - 1] = [...last, ...row];
  else rows.push(row);
  const all: Rect[] = [];
  let y = 0;
  for (const weightsOfRow of rows) {
    const rowHeight = (weightsOfRow.reduce((s, one) => s + one, 0) * area) / width;
    let x = 0;
    for (const weight of weightsOfRow) {
      const wide = (weight * area) / rowHeight;
      all.push({ x, y, width: wide, height: rowHeight });
      x += wide;
    }
    y += rowHeight;
  }
  return all;
}
