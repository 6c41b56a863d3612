// The crawlers: what they crawl, how the last crawl ended, and a button that starts one.
import { useState } from "preact/hooks";
import { post, type ApiError } from "../api";
import type { Crawler } from "../lake_api";
import { aws, Empty } from "./command";
import { count, duration, tone } from "./format";

export function CrawlerTable({
  crawlers,
  now,
  onExplain,
}: {
  crawlers: Crawler[];
  now: number;
  onExplain: (name: string) => void;
}) {
  const [error, setError] = useState("");
  const [asked, setAsked] = useState<string | null>(null);
  const send = async (crawler: Crawler) => {
    setAsked(crawler.name);
    setError("");
    try {
      await post(`crawlers/${crawler.state === "READY" ? "start" : "stop"}`, {
        name: crawler.name,
      });
    } catch (refused) {
      setError(`${crawler.name}: ${(refused as ApiError).message}`);
    }
    setAsked(null);
  };
  if (!crawlers.length)
    return (
      <Empty
        title="No crawler yet."
        commands={[
          aws(
            `glue create-crawler --name rows --role arn:aws:iam::000000000000:role/any --database-name default --targets '{"S3Targets": [{"Path": "s3://BUCKET/PREFIX/"}]}'`,
          ),
        ]}
      >
        <p>A crawler finds the tables and partitions of a bucket and puts them into the catalog.</p>
      </Empty>
    );
  return (
    <>
      {error && (
        <div class="notice inset" role="alert">
          {error}
        </div>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Crawlers">
        <table class="many" data-testid="crawlers">
          <thead>
            <tr>
              <th scope="col">Crawler</th>
              <th scope="col">State</th>
              <th scope="col">Database</th>
              <th scope="col">Paths</th>
              <th scope="col">Last crawl</th>
              <th scope="col">It changed</th>
              <th scope="col">Do</th>
            </tr>
          </thead>
          <tbody>
            {crawlers.map((one) => (
              <tr key={one.name}>
                <th scope="row">
                  <a href={`#/part/crawler/${encodeURIComponent(one.name)}`}>{one.name}</a>
                </th>
                <td>
                  <span class={`badge ${tone(one.state)}`}>{one.state.toLowerCase()}</span>
                </td>
                <td>{one.database}</td>
                <td class="key" title={one.targets.join("\n")}>
                  {one.targets.join(", ")}
                </td>
                <td class="last">
                  <Last crawler={one} now={now} />
                </td>
                <td>
                  {one.last?.tables_made !== undefined ? (
                    <>
                      {count(one.last.tables_made)} new tables, {count(one.last.tables_changed!)}{" "}
                      changed, {count(one.last.partitions_made!)} new partitions
                    </>
                  ) : (
                    <span class="soft">–</span>
                  )}
                </td>
                <td class="actions">
                  <button
                    disabled={!one.last}
                    aria-label={`Why ${one.name} did what it did`}
                    onClick={() => onExplain(one.name)}
                  >
                    Why
                  </button>{" "}
                  <button
                    disabled={one.state === "STOPPING" || asked === one.name}
                    aria-label={`${one.state === "READY" ? "Start" : "Stop"} ${one.name}`}
                    onClick={() => send(one)}
                  >
                    {one.state === "READY" ? "Start" : "Stop"}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Last({ crawler, now }: { crawler: Crawler; now: number }) {
  const { last, running_since_ms } = crawler;
  if (running_since_ms !== undefined)
    return <>crawls for {duration(Math.max(0, now - running_since_ms))}</>;
  if (!last) return <span class="soft">none yet</span>;
  return (
    <>
      <span class={`badge ${tone(last.outcome)}`}>{last.outcome.toLowerCase()}</span>{" "}
      {duration(Math.max(0, now - last.started_ms))} ago
      {last.took_ms !== undefined && <>, took {duration(last.took_ms)}</>}
      {last.error && <div class="alarm">{last.error}</div>}
    </>
  );
}
