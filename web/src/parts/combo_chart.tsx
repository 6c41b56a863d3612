// The combo chart: bars on the left axis, lines on the right one. ECharts comes in a chunk of its
// own.
import { useEffect, useRef } from "preact/hooks";
import type { Dashboard, DashboardData } from "../api";
import { themeColour, useTheme } from "./theme";

type Chart = {
  getWidth(): number;
  setOption(option: unknown, replace?: boolean): void;
  resize(): void;
  dispose(): void;
};

export function ComboChart({ board, data }: { board: Dashboard; data: DashboardData }) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<Chart | null>(null);
  const theme = useTheme();
  const draw = useRef(() => undefined as void);
  const option = () => {
    const drawn = optionOf(board, data, chart.current!.getWidth());
    host.current!.dataset.labels = JSON.stringify(drawn.xAxis.axisLabel);
    return drawn;
  };
  draw.current = () => {
    if (chart.current) chart.current.setOption(option(), true);
  };
  useEffect(() => {
    let gone = false;
    const resize = () => {
      chart.current?.resize();
      draw.current();
    };
    import("./echarts").then(({ makeChart }) => {
      if (gone || !host.current) return;
      chart.current = makeChart(host.current);
      draw.current();
    });
    window.addEventListener("resize", resize);
    return () => {
      gone = true;
      window.removeEventListener("resize", resize);
      chart.current?.dispose();
      chart.current = null;
    };
  }, [board.id]);
  // Points are animated only between the same categories: a line that moves to others would cross
  // itself on the way.
  const shown = useRef("");
  useEffect(() => {
    if (!chart.current) return;
    const drawn = option(),
      categories = JSON.stringify(valuesOf(board, data).categories);
    if (categories !== shown.current) drawn.animation = false;
    shown.current = categories;
    chart.current.setOption(drawn, true);
  }, [data, theme]);
  return (
    <div
      class="chart"
      ref={host}
      data-testid="combo-chart"
      data-refreshed={data.refreshed_ms}
      data-values={JSON.stringify(valuesOf(board, data))}
    />
  );
}

/** "crimes and arrests by place" */
export function titleOf(board: Dashboard): string {
  const names = [...board.bars, ...board.lines];
  const listed =
    names.length > 1 ? `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}` : names[0];
  return `${listed} by ${board.category}`;
}

/** Rows of a query without ORDER BY arrive in varying order: they are shown by category. */
export function inOrder(board: Dashboard, data: DashboardData) {
  const at = data.columns.findIndex((column) => column.name === board.category);
  if (/\border\s+by\b/i.test(board.sql) || at < 0) return data.rows;
  const words = new Intl.Collator("en", { numeric: true });
  return [...data.rows].sort((one, other) => words.compare(one[at] ?? "", other[at] ?? ""));
}

/** The drawn numbers by series, for tests and for the table beside the chart. */
export function valuesOf(board: Dashboard, data: DashboardData) {
  const at = (name: string) => data.columns.findIndex((column) => column.name === name);
  const rows = inOrder(board, data);
  const column = (name: string) => rows.map((row) => row[at(name)]);
  return {
    categories: column(board.category).map((value) => value ?? "(none)"),
    bars: board.bars.map((name) => ({ name, values: column(name).map(Number) })),
    lines: board.lines.map((name) => ({ name, values: column(name).map(Number) })),
  };
}

/**
 * How the names of `count` categories are laid out below an axis of `room` pixels: horizontal,
 * slanted when that is too dense, then vertical, then only some.
 */
export function labelsOf(
  count: number,
  room: number,
): { rotate: number; interval: number; width: number; overflow: "break" | "truncate" } {
  const step = room / Math.max(1, count),
    inLines = 88,
    slanted = 28,
    upright = 15;
  if (step >= inLines) return { rotate: 0, interval: 0, width: step - 8, overflow: "break" };
  if (step >= slanted) return { rotate: 32, interval: 0, width: 130, overflow: "truncate" };
  return {
    overflow: "truncate",
    rotate: 90,
    interval: Math.max(0, Math.ceil(upright / Math.max(1, step)) - 1),
    width: 100,
  };
}

function optionOf(board: Dashboard, data: DashboardData, width: number) {
  const { categories, bars, lines } = valuesOf(board, data);
  const text = themeColour("--text-soft"),
    line = themeColour("--line");
  const side = width < 480 ? 52 : 72,
    left = side,
    right = lines.length ? side : 24;
  const labels = labelsOf(categories.length, width - left - right);
  const axis = {
    axisLabel: { color: text },
    nameTextStyle: { color: text },
    splitLine: { lineStyle: { color: line } },
  };
  return {
    aria: {
      enabled: true,
      label: {
        description: `${board.title}: ${categories.length} categories, ${[...bars, ...lines].map((s) => s.name).join(", ")}`,
      },
    },
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDurationUpdate: 500,
    grid: { left, right, top: 52, bottom: labels.rotate ? 110 : 76 },
    legend: { top: 8, textStyle: { color: text } },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    xAxis: {
      type: "category",
      data: categories,
      axisLabel: { color: text, lineHeight: 14, ...labels },
      axisLine: { lineStyle: { color: line } },
    },
    yAxis: [
      { type: "value", name: bars.map((s) => s.name).join(", "), ...axis },
      {
        type: "value",
        name: lines.map((s) => s.name).join(", "),
        ...axis,
        splitLine: { show: false },
      },
    ],
    series: [
      ...bars.map((s) => ({
        type: "bar",
        name: s.name,
        data: s.values,
        itemStyle: { color: themeColour("--bar"), borderRadius: [3, 3, 0, 0] },
        barMaxWidth: 56,
      })),
      ...lines.map((s) => ({
        type: "line",
        name: s.name,
        data: s.values,
        yAxisIndex: 1,
        symbolSize: 8,
        lineStyle: { width: 2.5 },
        itemStyle: { color: themeColour("--series-line") },
      })),
    ],
  };
}
