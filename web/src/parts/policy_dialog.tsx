// The dialog of a table's policy: when a run begins by itself, and what it does.
import { useState } from "preact/hooks";
import { post, type ApiError } from "../api";
import type { Policy } from "../lake_api";
import { FormDialog } from "./dialog";
import { RunForm } from "./run_form";
import { fieldsOf, firstFields, problemOf, requestOf } from "./run_words";

const whole = (text: string, least: number) =>
  /^\d{1,7}$/.test(text.trim()) && Number(text) >= least;

export function PolicyDialog({
  database,
  table,
  keys,
  policy,
  onClose,
}: {
  database: string;
  table: string;
  keys: string[];
  policy: Policy | null;
  onClose: (said?: string) => void;
}) {
  const first = firstFields(database, table);
  const [fields, setFields] = useState(() => (policy ? fieldsOf(policy, first) : first));
  const [when, setWhen] = useState(() => ({
    over: String(policy?.files_over ?? 50),
    under: String(policy?.file_mb_under ?? 16),
    idle: String(policy ? Math.ceil(policy.idle_ms / 60_000) : 10),
  }));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const problem =
    problemOf(fields) ||
    (whole(when.over, 1) && whole(when.under, 1) && whole(when.idle, 1)
      ? ""
      : "Files, MiB and minutes are whole numbers, at least 1.");
  const send = async (path: string, body: Record<string, string>, said: string) => {
    setBusy(true);
    setError("");
    try {
      await post(path, { database, table, ...body });
      onClose(said);
    } catch (refused) {
      setError((refused as ApiError).message);
      setBusy(false);
    }
  };
  const save = () => {
    if (problem || busy) return;
    send(
      "tables/policy",
      {
        ...requestOf(fields, policy ?? {}),
        files_over: when.over.trim(),
        file_mb_under: when.under.trim(),
        idle_ms: String(Number(when.idle) * 60_000),
      },
      "The policy is set.",
    );
  };
  return (
    <FormDialog
      id="policy"
      title={`Policy of ${database}.${table}`}
      error={error}
      onClose={() => onClose()}
      onSubmit={save}
      buttons={
        <>
          {policy && (
            <button
              type="button"
              disabled={busy}
              onClick={() => send("tables/policy/remove", {}, "The policy is removed.")}
            >
              Remove
            </button>
          )}
          <button type="submit" class="primary" disabled={busy || !!problem}>
            Save
          </button>
        </>
      }
    >
      <fieldset class="field">
        <legend>
          {fields.kind === "merge"
            ? "A run begins when a partition has"
            : "A run begins when a partition holds text"}
        </legend>
        <div class="row">
          {fields.kind === "merge" && (
            <>
              <label class="field">
                more files than
                <input
                  class="short"
                  inputMode="numeric"
                  value={when.over}
                  onInput={(event) => setWhen({ ...when, over: event.currentTarget.value })}
                />
              </label>
              <label class="field">
                smaller than, MiB
                <input
                  class="short"
                  inputMode="numeric"
                  value={when.under}
                  onInput={(event) => setWhen({ ...when, under: event.currentTarget.value })}
                />
              </label>
            </>
          )}
          <label class="field">
            and nothing new for, minutes
            <input
              class="short"
              inputMode="numeric"
              value={when.idle}
              onInput={(event) => setWhen({ ...when, idle: event.currentTarget.value })}
            />
          </label>
        </div>
      </fieldset>
      <RunForm fields={fields} onChange={setFields} keys={keys} />
      {problem && (
        <p class="alarm" role="alert">
          {problem}
        </p>
      )}
      <p class="soft">
        The table is looked at every 15 seconds. Such a run rests after each commit, so that puts
        and queries come first.
      </p>
    </FormDialog>
  );
}
