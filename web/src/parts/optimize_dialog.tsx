// The dialog before a run: what it would do is shown first, and what was shown is what is started.
import { useEffect, useRef, useState } from "preact/hooks";
import { post, type ApiError } from "../api";
import type { Proposal } from "../lake_api";
import { FormDialog } from "./dialog";
import { bytes, count } from "./format";
import { cancelScan, fullScan, keepScan, measureAfter } from "./full_scan";
import { RunForm } from "./run_form";
import { firstFields, problemOf, requestOf, type RunFields } from "./run_words";

const partsShown = 8,
  notesShown = 5;

export function OptimizeDialog({
  database,
  table,
  keys,
  onClose,
}: {
  database: string;
  table: string;
  keys: string[];
  onClose: (said?: string) => void;
}) {
  const [fields, setFields] = useState<RunFields>(() => firstFields(database, table));
  const [shown, setShown] = useState<{ of: string; proposal: Proposal } | null>(null);
  const [measures, setMeasures] = useState(true);
  const [busy, setBusy] = useState("");
  const [error, setError] = useState("");
  const scan = useRef<string | null>(null),
    isOpen = useRef(true);
  useEffect(
    () => () => {
      isOpen.current = false;
      if (scan.current) cancelScan(scan.current);
    },
    [],
  );
  const request: Record<string, string> = { database, table, ...requestOf(fields) };
  const problem = problemOf(fields);
  const proposal = shown?.of === JSON.stringify(request) ? shown.proposal : null;
  const hasWork = !!proposal && proposal.parts.length > 0;

  const attempt = async (words: string, work: () => Promise<void>) => {
    setBusy(words);
    setError("");
    try {
      await work();
    } catch (refused) {
      setError((refused as ApiError).message);
    }
    if (isOpen.current) setBusy("");
  };
  const dryRun = () =>
    attempt("Looking…", async () => {
      const proposal = await post<Proposal>("tables/optimize", { ...request, dry_run: "true" });
      setShown({ of: JSON.stringify(request), proposal });
    });
  const scanBefore = async () => {
    scan.current = crypto.randomUUID();
    setBusy("Measuring…");
    try {
      return await fullScan(`${database}.${table}`, scan.current);
    } catch (refused) {
      setMeasures(false);
      throw {
        message: `The full scan failed, and the run has not started: ${(refused as ApiError).message}\nIt can be started without measuring.`,
      };
    } finally {
      scan.current = null;
    }
  };
  const start = async () => {
    const target = request.into || `${database}.${table}`;
    await attempt("Starting…", async () => {
      const before = measures ? await scanBefore() : null;
      if (!isOpen.current) return;
      const { id } = await post<{ id: string }>("tables/optimize", request);
      if (before) {
        measureAfter(id, target);
        await keepScan(id, "before", before);
      }
      onClose("The run has started.");
    });
  };
  return (
    <FormDialog
      id="optimize"
      title={`Optimize ${database}.${table}`}
      error={error}
      onClose={() => onClose()}
      onSubmit={() => {
        if (busy || problem) return;
        if (hasWork) start();
        else dryRun();
      }}
      buttons={
        <button
          type="submit"
          class="primary"
          disabled={!!busy || !!problem || (!!proposal && !hasWork)}
        >
          {busy || (proposal ? "Start the run" : "Show what it does")}
        </button>
      }
    >
      <RunForm fields={fields} onChange={setFields} keys={keys} />
      {problem && (
        <p class="alarm" role="alert">
          {problem}
        </p>
      )}
      {proposal && <Plan proposal={proposal} converts={fields.kind !== "merge"} />}
      <label>
        <input
          type="checkbox"
          checked={measures}
          onChange={(event) => setMeasures(event.currentTarget.checked)}
        />{" "}
        Measure a full scan before and after
      </label>
      <p class="soft">
        Queries and puts continue meanwhile. Objects, their replacement and the partition change in
        one commit: a query reads the old objects to its end, or the new ones.
        {fields.kind === "convert" &&
          (Number(fields.keepDays) > 0
            ? ` The text stays under _raw/ for ${Number(fields.keepDays)} days.`
            : " The text is removed with the commit.")}
      </p>
    </FormDialog>
  );
}

function Plan({ proposal, converts }: { proposal: Proposal; converts: boolean }) {
  const files = proposal.parts.reduce((all, part) => all + part.files, 0);
  const after = proposal.parts.reduce((all, part) => all + part.files_after, 0);
  const size = proposal.parts.reduce((all, part) => all + part.bytes, 0);
  const notes = proposal.notes.slice(0, notesShown);
  return (
    <div class="stack tight" role="status" data-testid="plan">
      {proposal.parts.length === 0 ? (
        <p>
          <b>Nothing to do:</b> {count(proposal.files_before)} files in {count(proposal.partitions)}{" "}
          partitions, {bytes(proposal.bytes_before)}.
        </p>
      ) : (
        <ul class="plan">
          <li>
            <b>
              {count(files)} files become {converts ? "about " : ""}
              {count(after)}
            </b>
            , {bytes(size)}, in {count(proposal.parts.length)} of {count(proposal.partitions)}{" "}
            partitions.
          </li>
          {proposal.parts.length > 1 &&
            proposal.parts.slice(0, partsShown).map((part) => (
              <li>
                {part.name}: {count(part.files)} files, {bytes(part.bytes)}, become{" "}
                {converts ? "about " : ""}
                {count(part.files_after)}
              </li>
            ))}
          {proposal.parts.length > partsShown && (
            <li>{count(proposal.parts.length - partsShown)} more partitions</li>
          )}
        </ul>
      )}
      {notes.map((note) => (
        <p class="soft note">{note}</p>
      ))}
      {proposal.notes.length > notes.length && (
        <p class="soft">{count(proposal.notes.length - notes.length)} more notes.</p>
      )}
    </div>
  );
}
