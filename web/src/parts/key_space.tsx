// The load over the hash keys: 0 to 2^128 as a bar, each open shard as wide as its share and
// coloured by its writes; above it its parent shards. The numbers are beside the colours. One tab
// stop; the arrow keys move.
import type { Shard } from "../stream_api";
import { bytes, count, rate } from "./format";
import {
  byHash,
  generations,
  heat,
  heatLevels,
  load,
  percent,
  place,
  share,
  shortId,
} from "./ring";

const generationsMax = 6;

export function KeySpace({
  shards,
  total,
  chosen,
  onChoose,
}: {
  shards: Shard[];
  total: number;
  chosen: string | null;
  onChoose: (id: string) => void;
}) {
  const open = byHash(shards);
  const born = generations(shards);
  const closed = shards.filter((shard) => !shard.open);
  const levels = [...new Set(closed.map((shard) => born.get(shard.id)!))]
    .sort((a, b) => a - b)
    .slice(-generationsMax);
  const stop = open.find((shard) => shard.id === chosen) ?? open[0];
  const move = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -open.length, End: open.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = open[Math.max(0, Math.min(open.length - 1, open.indexOf(stop) + step))];
    onChoose(to.id);
    (event.currentTarget as HTMLElement)
      .querySelector<HTMLElement>(`[data-shard="${to.id}"]`)
      ?.focus();
  };
  return (
    <div class="keyspace">
      {levels.map((level) => (
        <div class="ancestors" aria-hidden="true">
          {closed
            .filter((shard) => born.get(shard.id) === level)
            .map((shard) => (
              <span
                style={spot(shard)}
                class={shard.id === chosen ? "chosen" : ""}
                title={`${shard.id}, closed`}
                onClick={() => onChoose(shard.id)}
              >
                {share(shard) > 0.02 ? shortId(shard.id) : ""}
              </span>
            ))}
        </div>
      ))}
      <div
        class={`heat ${open.length < total ? "partial" : ""}`}
        role="group"
        aria-label="Open shards in order of hash keys"
        data-testid="heat"
        onKeyDown={move}
      >
        {open.map((shard) => (
          <button
            key={shard.id}
            data-shard={shard.id}
            data-level={heat(shard.rates)}
            class={`level${heat(shard.rates)} ${shard.id === chosen ? "chosen" : ""}`}
            style={spot(shard)}
            tabIndex={shard.id === stop?.id ? 0 : -1}
            aria-pressed={shard.id === chosen}
            title={said(shard)}
            aria-label={said(shard)}
            onClick={() => onChoose(shard.id)}
          >
            {share(shard) > 0.02 && <b>{shortId(shard.id)}</b>}
            {share(shard) > 0.07 && <span>{rate(shard.rates[0])}/s</span>}
            {share(shard) > 0.12 && <span class="second">{bytes(shard.rates[1])}/s</span>}
          </button>
        ))}
      </div>
      {open.length < total && (
        <p class="soft">
          The last {count(open.length)} of {count(total)} open shards; the hatched parts are those
          of the others.
        </p>
      )}
      <div class="axis" aria-hidden="true">
        <span>0</span>
        <span>2¹²⁶</span>
        <span>2¹²⁷</span>
        <span>3·2¹²⁶</span>
        <span>2¹²⁸</span>
      </div>
      <ul class="legend" aria-label="Colours: load of a shard">
        {heatLevels.map((label, level) => (
          <li>
            <span class={`swatch level${level}`} />
            {label}
          </li>
        ))}
        <li class="soft">of AWS's limit for a shard: 1 MiB or 1,000 records a second</li>
      </ul>
    </div>
  );
}

const spot = (shard: Shard) => ({
  left: `${place(shard) * 100}%`,
  width: `${share(shard) * 100}%`,
});
const said = (shard: Shard) =>
  `${shard.id}: ${percent(share(shard))} of the ring, ${rate(shard.rates[0])} records/s and ${bytes(shard.rates[1])}/s in, ${percent(load(shard.rates))} of a shard's limits`;
