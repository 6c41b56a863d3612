// The records of a shard, a page at a time from any position, and one of them beside the list.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, url, type ApiError } from "../api";
import type { RecordDetail, RecordLine, RecordPage, Stream } from "../stream_api";
import { fromBase64, oneLine, preview } from "./bytes";
import { bytes, duration, moment } from "./format";
import { RecordView } from "./record_view";
import { shortId } from "./ring";

type Start =
  | "TRIM_HORIZON"
  | "LATEST"
  | "AT_TIMESTAMP"
  | "AT_SEQUENCE_NUMBER"
  | "AFTER_SEQUENCE_NUMBER";

const pageSize = "50";
const starts: [Start, string][] = [
  ["TRIM_HORIZON", "the oldest record"],
  ["LATEST", "what comes from now on"],
  ["AT_TIMESTAMP", "a time (UTC)"],
  ["AT_SEQUENCE_NUMBER", "a sequence number"],
];

interface Props {
  stream: Stream;
  shard: string;
  startAtOnce: boolean;
  onShard: (shard: string) => void;
}

export function RecordBrowser({ stream, shard, startAtOnce, onShard }: Props) {
  const [start, setStart] = useState<Start>("TRIM_HORIZON");
  const [at, setAt] = useState("");
  const [page, setPage] = useState<RecordPage | null>(null);
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState<RecordLine | null>(null);

  async function read(from: Start, place: string) {
    setBusy(true);
    setError("");
    try {
      setPage(
        await get<RecordPage>("records", {
          stream: stream.name,
          shard,
          start: from,
          at: place,
          limit: pageSize,
        }),
      );
      setChosen(null);
    } catch (problem) {
      setError((problem as ApiError).message ?? "The server did not answer");
    } finally {
      setBusy(false);
    }
  }
  useEffect(() => {
    if (startAtOnce) read("TRIM_HORIZON", "");
  }, []);

  const submit = (event: Event) => {
    event.preventDefault();
    if (start !== "AT_TIMESTAMP") {
      read(start, start === "AT_SEQUENCE_NUMBER" ? at.trim() : "");
      return;
    }
    const ms = Date.parse(`${at}Z`);
    if (Number.isNaN(ms)) setError("Give a date and a time.");
    else read(start, String(ms));
  };
  return (
    <div class="body stack" data-testid="records">
      <form class="row" onSubmit={submit}>
        <label class="soft">
          Shard{" "}
          <select value={shard} onChange={(event) => onShard(event.currentTarget.value)}>
            {stream.shards.map((one) => (
              <option value={one.id}>
                {one.id}
                {one.open ? "" : " (closed)"}
              </option>
            ))}
          </select>
        </label>
        <label class="soft">
          from{" "}
          <select
            value={start}
            onChange={(event) => {
              setStart(event.currentTarget.value as Start);
              setAt(
                event.currentTarget.value === "AT_TIMESTAMP"
                  ? moment(stream.now_ms - 60_000)
                      .replace(" ", "T")
                      .slice(0, 19)
                  : "",
              );
            }}
          >
            {starts.map(([value, label]) => (
              <option value={value}>{label}</option>
            ))}
          </select>
        </label>
        {start === "AT_TIMESTAMP" && (
          <input
            type="datetime-local"
            step="0.001"
            aria-label="Time, UTC"
            value={at}
            onInput={(event) => setAt(event.currentTarget.value)}
          />
        )}
        {start === "AT_SEQUENCE_NUMBER" && (
          <input
            class="mono wide"
            aria-label="Sequence number"
            autocomplete="off"
            spellcheck={false}
            value={at}
            onInput={(event) => setAt(event.currentTarget.value)}
          />
        )}
        <button class="primary" type="submit" disabled={busy || !shard}>
          Read
        </button>
        {page && (
          <button
            type="button"
            disabled={busy || page.is_end}
            onClick={() => read("AFTER_SEQUENCE_NUMBER", page.next)}
          >
            Next page
          </button>
        )}
        {page && (
          <span class="soft" data-testid="place">
            {told(page)}
          </span>
        )}
      </form>
      {error && (
        <div class="notice" role="alert">
          {error}
        </div>
      )}
      {page && page.records.length > 0 && (
        <div class="beside">
          <Lines page={page} now={stream.now_ms} chosen={chosen} onChoose={setChosen} />
          <div class="detail">
            {chosen ? (
              <Detail
                key={chosen.sequence_number}
                stream={stream.name}
                shard={shard}
                line={chosen}
              />
            ) : (
              <div class="empty">Choose a record to see its bytes.</div>
            )}
          </div>
        </div>
      )}
      {page && page.is_end && page.children.length > 0 && (
        <p class="soft">
          The shard ends here. It goes on in{" "}
          {page.children.map((child, n) => (
            <>
              {n > 0 && " and "}
              <button class="link" type="button" onClick={() => onShard(child)}>
                {child}
              </button>
            </>
          ))}
          .
        </p>
      )}
    </div>
  );
}

function told(page: RecordPage): string {
  const size = `${page.records.length} record${page.records.length === 1 ? "" : "s"}`;
  if (page.is_end) return `${size}, then the shard ends`;
  return page.behind_ms > 0
    ? `${size}; ${duration(page.behind_ms)} from here to the newest`
    : `${size}; no newer record yet`;
}

function Lines({
  page,
  now,
  chosen,
  onChoose,
}: {
  page: RecordPage;
  now: number;
  chosen: RecordLine | null;
  onChoose: (line: RecordLine) => void;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const stop = chosen ?? page.records[0];
  const day = (ms: number) => moment(ms).slice(0, 10);
  const isDated = page.records.some((line) => day(line.arrival_ms) !== day(now));
  const move = (event: KeyboardEvent) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const to = step && page.records[page.records.indexOf(stop) + step];
    if (!to) return;
    event.preventDefault();
    onChoose(to);
    body.current?.querySelector<HTMLElement>(`[data-sequence="${to.sequence_number}"]`)?.focus();
  };
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Records of the shard">
      <table class="lines">
        <thead>
          <tr>
            <th scope="col" class={`arrived ${isDated ? "dated" : ""}`}>
              Arrived (UTC)
            </th>
            <th scope="col" class="sequence">
              Sequence number
            </th>
            <th scope="col" class="by">
              Partition key
            </th>
            <th scope="col" class="number size">
              Size
            </th>
            <th scope="col">Begins with</th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={move}>
          {page.records.map((line) => (
            <tr
              key={line.sequence_number}
              class={line === chosen ? "chosen" : ""}
              onClick={() => onChoose(line)}
            >
              <td title={moment(line.arrival_ms)}>
                {moment(line.arrival_ms).slice(isDated ? 0 : 11)}
              </td>
              <th scope="row">
                <button
                  class="link mono"
                  data-sequence={line.sequence_number}
                  title={line.sequence_number}
                  tabIndex={line === stop ? 0 : -1}
                  aria-pressed={line === chosen}
                  aria-label={`Record ${line.sequence_number}`}
                  onClick={(event) => {
                    event.stopPropagation();
                    onChoose(line);
                  }}
                >
                  …{line.sequence_number.slice(-12)}
                </button>
              </th>
              <td class="key">
                <bdi title={oneLine(line.partition_key)}>{oneLine(line.partition_key)}</bdi>
              </td>
              <td class="number">{bytes(line.size)}</td>
              <td class="key mono">
                {line.aggregated ? (
                  <span class="badge">KPL aggregate</span>
                ) : (
                  <bdi>{preview(fromBase64(line.preview), line.size)}</bdi>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Detail({ stream, shard, line }: { stream: string; shard: string; line: RecordLine }) {
  const [detail, setDetail] = useState<RecordDetail | null>(null);
  const [error, setError] = useState("");
  const where = { stream, shard, sequence: line.sequence_number };
  useEffect(() => {
    let current = true;
    get<RecordDetail>("record", where).then(
      (found) => current && setDetail(found),
      (problem) =>
        current && setError((problem as ApiError).message ?? "The server did not answer"),
    );
    return () => {
      current = false;
    };
  }, []);
  if (error)
    return (
      <div class="notice" role="alert">
        {error}
      </div>
    );
  if (!detail) return <div class="empty">Reading…</div>;
  return (
    <article data-testid="record" aria-label="The chosen record">
      <dl class="facts">
        <dt>Sequence</dt>
        <dd>
          <code>{detail.sequence_number}</code>
        </dd>
        <dt>Arrived</dt>
        <dd>
          {moment(detail.arrival_ms)} UTC, in shard {shortId(shard)}
        </dd>
        <dt>Partition key</dt>
        <dd>
          <bdi class="mono">{oneLine(detail.partition_key)}</bdi>
        </dd>
        <dt>Its hash</dt>
        <dd>
          <code>{detail.hash_key}</code>
        </dd>
        <dt>Size</dt>
        <dd>
          {bytes(detail.size)}
          {detail.encrypted ? ", encrypted at rest" : ""}{" "}
          <a href={url("record/bytes", where)} download>
            Download
          </a>
        </dd>
      </dl>
      <RecordView
        data={fromBase64(detail.data)}
        size={detail.size}
        users={detail.users}
        usersTotal={detail.users_total}
      />
    </article>
  );
}
