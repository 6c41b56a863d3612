// The dialog that starts a run of a job, with arguments that replace its defaults.
import { useState } from "preact/hooks";
import { post, type ApiError } from "../api";
import type { Job } from "../lake_api";
import { argumentsOf } from "./arguments";
import { FormDialog } from "./dialog";

export function StartJobDialog({ job, onClose }: { job: Job; onClose: (said?: string) => void }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const wanted = argumentsOf(text);
  const start = async () => {
    if (typeof wanted === "string" || busy) return;
    setBusy(true);
    setError("");
    try {
      await post("jobs/start", { job: job.name, arguments: wanted });
      onClose("The run has started.");
    } catch (refused) {
      setError((refused as ApiError).message);
      setBusy(false);
    }
  };
  const defaults = Object.entries(job.defaults);
  return (
    <FormDialog
      id="start-job"
      title={`Start ${job.name}`}
      error={error}
      onClose={() => onClose()}
      onSubmit={start}
      buttons={
        <button type="submit" class="primary" disabled={busy || typeof wanted === "string"}>
          Start
        </button>
      }
    >
      <label class="field">
        Arguments of this run, one a line: <code>--name value</code>
        <textarea
          rows={4}
          value={text}
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {typeof wanted === "string" ? (
        <p class="alarm" role="alert">
          {wanted}
        </p>
      ) : (
        <p class="soft">
          {defaults.length
            ? "The job's own arguments hold where a line does not replace them: "
            : "The job has no arguments of its own."}
          {defaults.map(([name, value]) => (
            <code key={name}>
              {name} {value}{" "}
            </code>
          ))}
        </p>
      )}
    </FormDialog>
  );
}
