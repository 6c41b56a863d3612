// A table of results; cells are text as the engine returned it, never markup.
import type { ResultColumn } from "../api";

const numeric = /^(tinyint|smallint|integer|int|bigint|double|real|float|decimal)/;

export function ResultTable({
  columns,
  rows,
  caption,
}: {
  columns: ResultColumn[];
  rows: (string | null)[][];
  caption: string;
}) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="result">
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col" class={numeric.test(column.type) ? "number" : ""} title={column.type}>
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell, at) => (
                <td class={numeric.test(columns[at]?.type ?? "") ? "number" : ""}>
                  {cell === null ? <span class="null">null</span> : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
