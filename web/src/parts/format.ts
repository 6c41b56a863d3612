// Numbers and times in readable form.
import type { Figure } from "../api";

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** A size that is set in MiB, as it was set. */
export const mebibytes = (value: number) => `${value / 1_048_576} MiB`;

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

export const count = (value: number) => (Math.abs(value) < 1e6 ? grouped : compact).format(value);
/** "1 file", "1,240 files" */
export const counted = (value: number, word: string) =>
  `${count(value)} ${word}${value === 1 ? "" : "s"}`;
/** A rate: small ones keep a digit, so that they do not read as zero. */
export const rate = (value: number) =>
  value > 0 && value < 10
    ? value < 0.1
      ? "< 0.1"
      : value.toFixed(1).replace(/\.0$/, "")
    : count(value);
/** "2026-01-01 13:05:09.123" in UTC. */
export const moment = (ms: number) => new Date(ms).toISOString().replace("T", " ").slice(0, 23);
export const clock = (ms: number) => new Date(ms).toISOString().slice(11, 19);

export function figure({ value, unit, text }: Figure): string {
  switch (unit) {
    case "rate":
      return `${rate(value)}/s`;
    case "bytes":
      return bytes(value);
    case "ms":
      return duration(value);
    case "text":
      return text ?? "";
    default:
      return count(value);
  }
}

export function tone(state: string): string {
  if (/^(ACTIVE|RUNNING|ENABLED|READY|SUCCEEDED|FRESH)$/.test(state)) return "good";
  if (/FAIL|ERROR|LOST|TROUBLE/.test(state)) return "bad";
  return /ING$|STOPPED|DISABLED/.test(state) ? "warn" : "";
}
