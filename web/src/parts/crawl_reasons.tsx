// Why a crawler did what it did: the reasons of one of its crawls, a sentence each.
import { useEffect, useState } from "preact/hooks";
import { get, type ApiError } from "../api";
import type { Explanation } from "../lake_api";
import { count, moment, tone } from "./format";

/** `last`: of the crawler's last crawl, so that a new one is loaded. */
export function CrawlReasons({
  name,
  last,
  onClose,
}: {
  name: string;
  last?: number;
  onClose: () => void;
}) {
  const [crawl, setCrawl] = useState("");
  const [shown, setShown] = useState<Explanation | null>(null);
  const [error, setError] = useState("");
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    let isCurrent = true;
    get<Explanation>("crawlers/explain", { name, ...(crawl && { crawl }) }).then(
      (found) => {
        if (!isCurrent) return;
        setShown(found);
        setError("");
      },
      (refused: ApiError) => isCurrent && setError(refused.message),
    );
    return () => {
      isCurrent = false;
    };
  }, [name, crawl, last]);
  const word = wanted.trim().toLowerCase();
  const lines = shown?.lines.filter((line) => line.toLowerCase().includes(word)) ?? [];
  return (
    <section class="card" data-testid="reasons" aria-label={`Why ${name} did what it did`}>
      <header>
        <h2>Why: {name}</h2>
        {shown && !error && (
          <span class={`badge ${tone(shown.outcome)}`}>{shown.outcome.toLowerCase()}</span>
        )}
        <span class="grow" />
        <button onClick={onClose}>Close</button>
      </header>
      <div class="body stack tight">
        {error && (
          <div class="notice" role="alert">
            {error}
          </div>
        )}
        {shown && !error && (
          <>
            <div class="row">
              <label class="soft">
                Crawl, UTC{" "}
                <select value={shown.id} onChange={(event) => setCrawl(event.currentTarget.value)}>
                  {shown.crawls.map((one) => (
                    <option key={one.id} value={one.id}>
                      {moment(one.started_ms).slice(0, 19)}, {one.outcome.toLowerCase()}
                    </option>
                  ))}
                </select>
              </label>
              <label class="soft">
                Lines with{" "}
                <input
                  value={wanted}
                  title="Of a table, a folder or a file"
                  onInput={(event) => setWanted(event.currentTarget.value)}
                />
              </label>
            </div>
            {lines.length ? (
              <div class="scroll low" tabIndex={0} role="region" aria-label="Reasons">
                <ul class="notes">
                  {lines.map((line, at) => (
                    <li key={at}>{line}</li>
                  ))}
                </ul>
              </div>
            ) : (
              <p class="soft">
                {shown.lines.length
                  ? "No line has these words."
                  : "The reasons of this crawl are not kept any more."}
              </p>
            )}
            <p class="soft">
              {count(lines.length)} of {count(shown.lines.length)} lines. All are in the log group{" "}
              <code>/aws-glue/crawlers</code>, stream <code>{shown.log_stream}</code>.
            </p>
          </>
        )}
      </div>
    </section>
  );
}
