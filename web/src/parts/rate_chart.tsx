// A rate over the last minutes, on uPlot.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { clock } from "./format";
import { themeColour, useTheme } from "./theme";

export function RateChart({ points, label }: { points: [number, number][]; label: string }) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const theme = useTheme();
  const data = (): uPlot.AlignedData => [points.map((p) => p[0] / 1000), points.map((p) => p[1])];
  useEffect(() => {
    if (!host.current) return;
    // The header's clock is UTC with 24 hours; so are the axis's marks.
    const marks = (_plot: uPlot, splits: number[]) =>
      splits.map((at) => clock(at * 1000).replace(/:00$/, ""));
    const axis = {
      stroke: themeColour("--text-soft"),
      grid: { stroke: themeColour("--line"), width: 1 },
      ticks: { show: false },
    };
    plot.current = new uPlot(
      {
        width: host.current.clientWidth,
        height: 160,
        legend: { show: false },
        cursor: { drag: { x: false, y: false } },
        tzDate: (at) => uPlot.tzDate(new Date(at * 1000), "Etc/UTC"),
        axes: [
          { ...axis, values: marks, space: 64 },
          { ...axis, size: 64 },
        ],
        scales: { y: { range: (_u, _min, max) => [0, Math.max(max, 1) * 1.1] } },
        series: [
          {},
          { label, stroke: themeColour("--bar"), width: 2, fill: themeColour("--accent-soft") },
        ],
      },
      data(),
      host.current,
    );
    const resize = () =>
      host.current && plot.current?.setSize({ width: host.current.clientWidth, height: 160 });
    window.addEventListener("resize", resize);
    return () => {
      window.removeEventListener("resize", resize);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme]);
  useEffect(() => plot.current?.setData(data()), [points]);
  const last = points.length ? points[points.length - 1][1] : 0;
  return (
    <div
      class="spark"
      ref={host}
      role="img"
      aria-label={`${label}: ${Math.round(last)} per second now`}
    />
  );
}
