// The readers of a stream, how far behind each is, and on demand its position in each shard.
import { useState } from "preact/hooks";
import type { Follower } from "../stream_api";
import { bytes, count, duration, tone } from "./format";

const kinds: Record<Follower["kind"], string> = {
  "fan-out": "enhanced fan-out",
  delivery: "delivery stream",
  application: "SQL application",
  shared: "shared reads",
};

export function FollowerTable({
  followers,
  open,
  now,
}: {
  followers: Follower[];
  open: number;
  now: number;
}) {
  if (!followers.length)
    return <div class="empty">Nobody has read this stream since the server started.</div>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Readers">
      <table data-testid="followers">
        <thead>
          <tr>
            <th scope="col">Reader</th>
            <th scope="col">Kind</th>
            <th scope="col">State</th>
            <th scope="col">Shards</th>
            <th scope="col" class="number">
              Records behind
            </th>
            <th scope="col" class="number">
              Time behind
            </th>
            <th scope="col">Remarks</th>
          </tr>
        </thead>
        {followers.map((follower) => (
          <Rows
            key={`${follower.kind} ${follower.name}`}
            follower={follower}
            open={open}
            now={now}
          />
        ))}
      </table>
    </div>
  );
}

function Rows({ follower, open, now }: { follower: Follower; open: number; now: number }) {
  const [isOpen, setOpen] = useState(false);
  const active = follower.shards.filter((at) => at.state === "ACTIVE").length;
  return (
    <tbody data-follower={follower.name}>
      <tr>
        <th scope="row">
          <button
            class="link fold"
            aria-expanded={isOpen}
            disabled={!follower.shards.length}
            onClick={() => setOpen(!isOpen)}
          >
            {follower.name}
          </button>
        </th>
        <td>{kinds[follower.kind]}</td>
        <td>
          <span class={`badge ${tone(follower.state)}`}>{follower.state.toLowerCase()}</span>
        </td>
        <td>
          {follower.kind === "fan-out"
            ? `${active} of ${open} subscribed`
            : `${follower.shards.length} of ${open}`}
        </td>
        <td class="number" data-figure="records">
          {follower.shards.length ? count(follower.records) : "–"}
        </td>
        <td class="number" data-figure="age">
          {!follower.shards.length
            ? "–"
            : follower.age_ms === undefined
              ? follower.records
                ? "?"
                : "0 ms"
              : duration(follower.age_ms)}
        </td>
        <td class="remark">
          {follower.trouble ? <span class="alarm">{follower.trouble}</span> : remark(follower)}
        </td>
      </tr>
      {isOpen &&
        follower.shards.map((at) => (
          <tr key={at.id} class="inner">
            <td>{at.id}</td>
            <td />
            <td>
              <span class={`badge ${at.state === "ACTIVE" ? "good" : ""}`}>
                {at.state.toLowerCase()}
              </span>
            </td>
            <td />
            <td class="number">{count(at.records)}</td>
            <td class="number">
              {at.age_ms === undefined ? (at.records ? "?" : "0 ms") : duration(at.age_ms)}
            </td>
            <td class="remark">{since(follower, at, now)}</td>
          </tr>
        ))}
    </tbody>
  );
}

function remark(follower: Follower): string {
  if (follower.kind === "fan-out" && !follower.shards.length)
    return "no subscription since the server started";
  if (follower.kind === "application" && follower.state === "READY") return "not started";
  if (follower.kind === "delivery" && follower.waiting_bytes)
    return `${bytes(follower.waiting_bytes)} in its buffer, the oldest for ${duration(follower.oldest_waiting_ms ?? 0)}`;
  return "";
}

function since(follower: Follower, at: Follower["shards"][number], now: number): string {
  if (at.since_ms === undefined) return "";
  const ago = duration(Math.max(0, now - at.since_ms));
  if (follower.kind === "shared")
    return `last GetRecords ${ago} ago, with an iterator age of ${duration(at.told_age_ms ?? 0)}`;
  return at.state === "ACTIVE" ? `subscribed for ${ago}` : `its last subscription began ${ago} ago`;
}
