// The shards of a stream with their rates, parents, children and actions.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Shard, Stream } from "../stream_api";
import { bytes, clock, count, duration, rate } from "./format";
import type { Reshard } from "./reshard_dialog";
import { byHash, childrenOf, heat, load, neighbours, percent, share, shortId } from "./ring";

interface Props {
  stream: Stream;
  chosen: string | null;
  onChoose: (id: string) => void;
  onRead: (id: string) => void;
  onReshard: (reshard: Reshard) => void;
}

export function ShardTable({ stream, chosen, onChoose, onRead, onReshard }: Props) {
  const [withClosed, setWithClosed] = useState(true);
  const shown = stream.shards.filter((shard) => shard.open || withClosed);
  const behind = behindBy(stream);
  const open = byHash(stream.shards),
    born = childrenOf(stream.shards),
    ids = new Set(stream.shards.map((shard) => shard.id));
  const missing = stream.open + stream.closed - stream.shards.length;
  return (
    <>
      {stream.closed > 0 && (
        <label class="bar soft">
          <input
            type="checkbox"
            checked={withClosed}
            onChange={(event) => setWithClosed(event.currentTarget.checked)}
          />{" "}
          Closed shards too
        </label>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Shards">
        <table class="shards" data-testid="shards">
          <thead>
            <tr>
              <td colSpan={4} />
              <th scope="colgroup" colSpan={3}>
                In, per second
              </th>
              <th scope="colgroup" colSpan={2}>
                Out, per second
              </th>
              <td colSpan={4} />
            </tr>
            <tr>
              <th scope="col">Shard</th>
              <th scope="col">State</th>
              <th scope="col">Lineage</th>
              <th scope="col" class="number">
                Ring
              </th>
              <th scope="col" class="number">
                records
              </th>
              <th scope="col" class="number">
                bytes
              </th>
              <th scope="col" class="number">
                load
              </th>
              <th scope="col" class="number">
                records
              </th>
              <th scope="col" class="number">
                bytes
              </th>
              <th scope="col" class="number" title="Writes and reads refused, per second">
                Throttled
              </th>
              <th scope="col" class="number">
                Kept
              </th>
              <th scope="col" class="number" title="The reader that is furthest behind">
                Behind
              </th>
              <th scope="col">Do</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((shard) => (
              <Row
                key={shard.id}
                {...{ shard, onChoose, onRead, onReshard, ids }}
                born={born.get(shard.id) ?? []}
                isProvisioned={stream.mode === "PROVISIONED"}
                {...neighbours(shard, open)}
                behind={behind.get(shard.id)}
                isChosen={shard.id === chosen}
              />
            ))}
          </tbody>
        </table>
      </div>
      {missing > 0 && <p class="more soft">{count(missing)} more shards are not listed.</p>}
    </>
  );
}

interface RowProps extends Omit<Props, "chosen" | "stream"> {
  shard: Shard;
  behind?: Behind;
  isChosen: boolean;
  isProvisioned: boolean;
  born: Shard[];
  ids: Set<string>;
  before?: Shard;
  after?: Shard;
}

function Row({
  shard,
  behind,
  isChosen,
  isProvisioned,
  born,
  ids,
  before,
  after,
  onChoose,
  onRead,
  onReshard,
}: RowProps) {
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: "nearest" });
  }, [isChosen]);
  const [recordsIn, bytesIn, recordsOut, bytesOut, writes, reads] = shard.rates;
  const canChange = shard.open && isProvisioned;
  const short = shortId(shard.id);
  return (
    <tr
      ref={row}
      class={`${isChosen ? "chosen" : ""} ${shard.open ? "" : "closed"}`}
      data-shard={shard.id}
    >
      <th scope="row">
        <button
          class="link"
          title={`${shard.first_hash} to ${shard.last_hash}`}
          onClick={() => onChoose(shard.id)}
        >
          {shard.id}
        </button>
      </th>
      <td>
        {shard.open ? (
          <span class="badge good">open</span>
        ) : (
          <span class="badge" title={`closed at ${clock(shard.closed_ms!)} UTC`}>
            closed
          </span>
        )}
      </td>
      <td>
        <Lineage shard={shard} born={born} ids={ids} onChoose={onChoose} />
      </td>
      <td class="number">{percent(share(shard))}</td>
      <td class="number" data-figure="records_in">
        {rate(recordsIn)}
      </td>
      <td class="number">{bytes(bytesIn)}</td>
      <td class="number">
        {shard.open && (
          <span class="load">
            <span class={`swatch level${heat(shard.rates)}`} />
            {percent(load(shard.rates))}
          </span>
        )}
      </td>
      <td class="number" data-figure="records_out">
        {rate(recordsOut)}
      </td>
      <td class="number">{bytes(bytesOut)}</td>
      <td
        class={`number ${writes + reads > 0 ? "alarm" : ""}`}
        title={`${count(shard.throttled)} since the server started`}
      >
        {rate(writes + reads)}
      </td>
      <td class="number" data-figure="kept" title={`${count(shard.records)} ever`}>
        {count(shard.kept)}
      </td>
      <td class="number" title={behind?.who}>
        {!behind ? (
          <span class="soft">no reader</span>
        ) : behind.records === 0 ? (
          "at the end"
        ) : (
          `${count(behind.records)}, ${behind.age === undefined ? "?" : duration(behind.age)}`
        )}
      </td>
      <td class="actions">
        <span>
          <button onClick={() => onRead(shard.id)} aria-label={`Records of shard ${short}`}>
            Records
          </button>
          {canChange && (
            <button
              disabled={shard.first_hash === shard.last_hash}
              onClick={() => onReshard({ kind: "split", shard })}
              aria-label={`Split shard ${short}`}
            >
              Split
            </button>
          )}
          {canChange && (
            <button
              disabled={!before && !after}
              onClick={() => onReshard({ kind: "merge", shard })}
              aria-label={`Merge shard ${short}`}
            >
              Merge
            </button>
          )}
        </span>
      </td>
    </tr>
  );
}

function Lineage({
  shard,
  born,
  ids,
  onChoose,
}: {
  shard: Shard;
  born: Shard[];
  ids: Set<string>;
  onChoose: (id: string) => void;
}) {
  const name = (id: string) =>
    ids.has(id) ? (
      <button class="link" onClick={() => onChoose(id)} aria-label={`Shard ${shortId(id)}`}>
        {shortId(id)}
      </button>
    ) : (
      <span title="its retention has passed">{shortId(id)}</span>
    );
  if (!shard.parents.length && !born.length) return null;
  return (
    <span class="lineage">
      {shard.parents.length > 0 && (
        <>
          <span class="soft">from</span> {shard.parents.map(name)}
        </>
      )}
      {born.length > 0 && (
        <>
          <span class="soft">→</span> {born.map((one) => name(one.id))}
        </>
      )}
    </span>
  );
}

interface Behind {
  records: number;
  age?: number;
  who: string;
}

/** The reader that is furthest behind in each shard. */
function behindBy(stream: Stream): Map<string, Behind> {
  const all = new Map<string, Behind>();
  for (const follower of stream.followers) {
    for (const at of follower.shards) {
      const known = all.get(at.id);
      if (!known || at.records > known.records)
        all.set(at.id, {
          records: at.records,
          age: at.age_ms,
          who: `${follower.kind} ${follower.name}`,
        });
    }
  }
  return all;
}
