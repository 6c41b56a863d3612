// What a run of a table's maintenance is asked for: the fields of a form, the request that they
// make, and their words. Knows no page.
import type { RunOptions } from "../lake_api";

export type Kind = "merge" | "convert" | "into";

/** As typed. */
export interface RunFields {
  kind: Kind;
  into: string;
  where: string;
  keepDays: string;
  narrow: boolean;
  compression: string;
  targetMb: string;
}

export const firstFields = (database: string, table: string): RunFields => ({
  kind: "merge",
  into: `${database}.${table}_parquet`,
  where: "",
  keepDays: "7",
  narrow: false,
  compression: "zstd",
  targetMb: "128",
});

const dayMs = 86_400_000;
const isWhole = (text: string, least: number, most: number) =>
  /^\d{1,7}$/.test(text.trim()) && Number(text) >= least && Number(text) <= most;

/** Why the fields cannot be sent, in words; "" when they can. */
export function problemOf(fields: RunFields): string {
  if (!isWhole(fields.targetMb, 1, 4096)) return "The size of new files is 1 to 4096 MiB.";
  if (fields.kind === "convert" && !isWhole(fields.keepDays, 0, 366))
    return "The text is kept for 0 to 366 days; 0 removes it at once.";
  if (fields.kind === "into" && !/^[^.\s]+\.[^\s]+$/.test(fields.into.trim()))
    return "A second table is named DATABASE.TABLE.";
  return "";
}

/** The request of a run; `sort` and `bloom` are those that there were. */
export function requestOf(
  fields: RunFields,
  rest: { sort?: string[]; bloom?: string[] } = {},
): Record<string, string> {
  const converts = fields.kind !== "merge";
  return {
    convert: converts ? "parquet" : "",
    into: fields.kind === "into" ? fields.into.trim() : "",
    where: fields.where.trim(),
    narrow: fields.kind === "into" && fields.narrow ? "true" : "",
    compression: fields.compression,
    target_mb: fields.targetMb.trim(),
    keep_raw_ms: fields.kind === "convert" ? String(Number(fields.keepDays) * dayMs) : "0",
    sort: (rest.sort ?? []).join(","),
    bloom: (rest.bloom ?? []).join(","),
  };
}

export function fieldsOf(options: RunOptions, first: RunFields): RunFields {
  return {
    kind: !options.convert ? "merge" : options.into ? "into" : "convert",
    into: options.into || first.into,
    where: options.where,
    // Only whole days are set here; what another client set is shown rounded up.
    keepDays: String(Math.ceil(options.keep_raw_ms / dayMs)),
    narrow: options.narrow,
    compression: options.compression,
    targetMb: String(options.target_mb),
  };
}

export function optionWords(options: RunOptions): string {
  const what = !options.convert
    ? "merge"
    : options.into
      ? `Parquet into ${options.into}`
      : "Parquet in place";
  return options.where ? `${what}, where ${options.where}` : what;
}
