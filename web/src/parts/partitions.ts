// A table's partitions as at most so many groups, by their first keys, and what a group's colour
// and words are. Knows no page.
import type { PartSize } from "../lake_api";
import { bytes, count, counted } from "./format";
import { percent } from "./ring";

/** The partitions [from, to) of the list. */
export interface Group {
  label: string;
  from: number;
  to: number;
  files: number;
  bytes: number;
  small: number;
  /** Files of the partition that has the most. */
  most: number;
  /** Partitions without a file. */
  empty: number;
  formats: string[];
  newest_ms?: number;
}

export type Measure = "files" | "small";

export const marksMax = 400;
export const fileLevels = ["0 or 1", "2 to 5", "6 to 20", "21 to 50", "51 to 200", "over 200"];
export const smallLevels = ["none", "to 20 %", "to 40 %", "to 60 %", "to 80 %", "to 100 %"];

const segments = (name: string) => name.split("/");

/** How many first segments all of [from, to) share; the list is in order of values. */
function sharedDepth(parts: PartSize[], from: number, to: number): number {
  const one = segments(parts[from].name);
  let depth = one.length;
  for (let at = from; at < to && depth > 0; at++) {
    const other = segments(parts[at].name);
    while (depth > 0 && one.slice(0, depth).join("/") !== other.slice(0, depth).join("/")) depth--;
  }
  return depth;
}

/** Where the first `depth` segments change: the beginnings of the groups. */
function beginnings(parts: PartSize[], from: number, to: number, depth: number): number[] {
  const starts: number[] = [];
  let last = "";
  for (let at = from; at < to; at++) {
    const head = segments(parts[at].name).slice(0, depth).join("/");
    if (at === from || head !== last) starts.push(at);
    last = head;
  }
  return starts;
}

function sum(parts: PartSize[], from: number, to: number, label: string): Group {
  const group: Group = {
    label,
    from,
    to,
    files: 0,
    bytes: 0,
    small: 0,
    most: 0,
    empty: 0,
    formats: [],
  };
  const formats = new Set<string>();
  for (let at = from; at < to; at++) {
    const part = parts[at];
    group.files += part.files;
    group.bytes += part.bytes;
    group.small += part.small_files;
    group.most = Math.max(group.most, part.files);
    if (!part.files) group.empty++;
    formats.add(part.format);
    if (part.newest_ms !== undefined)
      group.newest_ms = Math.max(group.newest_ms ?? part.newest_ms, part.newest_ms);
  }
  group.formats = [...formats];
  return group;
}

/** One group for all of [from, to). */
export const whole = (parts: PartSize[], from: number, to: number) => sum(parts, from, to, "");

/**
 * The partitions themselves where they are few enough; otherwise groups of one value of a first
 * key, or, where those are too many, of neighbours.
 */
export function groupsOf(parts: PartSize[], from: number, to: number, most = marksMax): Group[] {
  if (to <= from) return [];
  const shared = to - from > 1 ? sharedDepth(parts, from, to) : 0;
  const deepest = segments(parts[from].name).length;
  let starts: number[] = [],
    depth = deepest;
  for (; depth > shared; depth--) {
    starts = beginnings(parts, from, to, depth);
    if (starts.length <= most) break;
  }
  if (depth <= shared) depth = Math.min(shared + 1, deepest);
  const label = (at: number) => segments(parts[at].name).slice(shared, depth).join("/");
  const size = Math.ceil(starts.length / most);
  const groups: Group[] = [];
  for (let at = 0; at < starts.length; at += size) {
    const end = starts[at + size] ?? to;
    const lastStart = starts[Math.min(at + size, starts.length) - 1];
    const words =
      size > 1 && lastStart !== starts[at]
        ? `${label(starts[at])} … ${label(lastStart)}`
        : label(starts[at]);
    groups.push(sum(parts, starts[at], end, words));
  }
  return groups;
}

/** The values alone, for a mark that has little room: "01/12" of "month=01/day=12". */
export const valuesOf = (label: string) =>
  label
    .split(" … ")
    .map((one) =>
      segments(one)
        .map((segment) => segment.slice(segment.indexOf("=") + 1))
        .join("/"),
    )
    .join(" … ");

/** One small file alone is not a matter: there is nothing to join it with. */
export const smallShare = (group: Group) => {
  const lone = Math.min(group.small, group.to - group.from - group.empty);
  return group.files > lone ? group.small / group.files : 0;
};

export function level(group: Group, measure: Measure): number {
  if (measure === "small") return Math.min(5, Math.ceil(smallShare(group) * 5));
  // The partition with the most files decides: a mean would hide it among a thousand others.
  return [1, 5, 20, 50, 200].filter((bound) => group.most > bound).length;
}

/** The areas: bytes, where the smallest keep a size that can be seen and pressed. */
export function weights(groups: Group[]): number[] {
  const mean = groups.reduce((all, one) => all + one.bytes, 0) / Math.max(1, groups.length);
  return groups.map((one) => Math.max(one.bytes, mean / 5, 1));
}

export function said(group: Group): string {
  const partitions = group.to - group.from;
  const of = partitions > 1 ? `${count(partitions)} partitions, ` : "";
  const files = counted(group.files, "file");
  const small = group.files ? `, ${percent(group.small / group.files)} of them small` : "";
  return `${group.label || "all"}: ${of}${files}, ${bytes(group.bytes)}${small}`;
}
