// The sizes of a table's partitions, loaded page by page, so that the server counts a little at a
// time and nothing more once the page was left.
import { useEffect, useState } from "preact/hooks";
import { get, type ApiError } from "../api";
import type { PartSize, SizesPage } from "../lake_api";

export interface Sizes {
  parts: PartSize[];
  smallUnder: number;
  /** False while pages still come. */
  isWhole: boolean;
  error: ApiError | null;
}

const none: Sizes = { parts: [], smallUnder: 0, isWhole: false, error: null };

/**
 * Counts again whenever `turn` changes, and not while it is null; the last sizes stay until the new
 * ones are whole.
 */
export function useSizes(database: string, table: string, turn: string | null): Sizes {
  const [sizes, setSizes] = useState<Sizes>(none);
  useEffect(() => {
    if (turn === null) return;
    let isCurrent = true;
    const load = async () => {
      const parts: PartSize[] = [];
      let after = "";
      do {
        const page: SizesPage = await get("tables/sizes", { database, table, after });
        if (!isCurrent) return;
        parts.push(...page.parts);
        after = page.next ?? "";
        const seen = { parts: [...parts], smallUnder: page.small_under, error: null };
        setSizes((last) => (last.isWhole && after ? last : { ...seen, isWhole: !after }));
      } while (after);
    };
    load().catch((error: ApiError) => {
      if (isCurrent) setSizes((last) => ({ ...last, isWhole: true, error }));
    });
    return () => {
      isCurrent = false;
    };
  }, [database, table, turn]);
  return sizes;
}
