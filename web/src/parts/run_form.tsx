// The fields of a run of a table's maintenance: of the optimize dialog and of the policy's.
import type { Kind, RunFields } from "./run_words";

const kinds: [Kind, string, string][] = [
  ["merge", "Merge small files", "files of a partition become few; their format stays"],
  ["convert", "Convert to Parquet in place", "text of a partition becomes Parquet"],
  ["into", "Convert into a second table", "this table stays as it is"],
];

export function RunForm({
  fields,
  onChange,
  keys,
}: {
  fields: RunFields;
  onChange: (fields: RunFields) => void;
  /** The table's partition keys. */
  keys: string[];
}) {
  const set = (change: Partial<RunFields>) => onChange({ ...fields, ...change });
  return (
    <>
      <fieldset class="field">
        <legend>What</legend>
        {kinds.map(([kind, words, more]) => (
          <label class="option">
            <input
              type="radio"
              name="kind"
              checked={fields.kind === kind}
              onChange={() => set({ kind })}
            />
            <span>
              {words} <span class="soft">{more}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {fields.kind === "into" && (
        <>
          <label class="field">
            Second table, which is created when it is not there
            <input
              class="mono"
              value={fields.into}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => set({ into: event.currentTarget.value })}
            />
          </label>
          <label>
            <input
              type="checkbox"
              checked={fields.narrow}
              onChange={(event) => set({ narrow: event.currentTarget.checked })}
            />{" "}
            Look for narrower types of text columns
          </label>
        </>
      )}
      {keys.length > 0 && (
        <label class="field">
          <span>
            Only partitions where (all when empty), as in <code>{keys[0]} = '…'</code>
          </span>
          <input
            class="mono"
            value={fields.where}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => set({ where: event.currentTarget.value })}
          />
        </label>
      )}
      <div class="row">
        <label class="field">
          Size of new files, MiB
          <input
            class="short"
            inputMode="numeric"
            value={fields.targetMb}
            onInput={(event) => set({ targetMb: event.currentTarget.value })}
          />
        </label>
        {fields.kind === "convert" && (
          <label class="field">
            Keep the text, days
            <input
              class="short"
              inputMode="numeric"
              value={fields.keepDays}
              onInput={(event) => set({ keepDays: event.currentTarget.value })}
            />
          </label>
        )}
        {fields.kind !== "merge" && (
          <label class="field">
            Compression
            <select
              value={fields.compression}
              onChange={(event) => set({ compression: event.currentTarget.value })}
            >
              {["zstd", "snappy", "gzip", "none"].map((codec) => (
                <option>{codec}</option>
              ))}
            </select>
          </label>
        )}
      </div>
    </>
  );
}
