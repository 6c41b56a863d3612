// One stream: its settings, the load over its hash keys, its shards, its readers, and its records.
import { useEffect, useRef, useState } from "preact/hooks";
import { useLive } from "../api";
import { Empty, freshet } from "../parts/command";
import { FollowerTable } from "../parts/follower_table";
import { bytes, count, rate, tone } from "../parts/format";
import { KeySpace } from "../parts/key_space";
import { LiveBadge, ServerTime } from "../parts/live";
import { RateChart } from "../parts/rate_chart";
import { RecordBrowser } from "../parts/record_browser";
import { ReshardDialog, type Reshard } from "../parts/reshard_dialog";
import { ShardTable } from "../parts/shard_table";
import type { Stream } from "../stream_api";

export function StreamView({ name }: { name: string }) {
  const { data, live } = useLive<Stream>(`stream:${name}`);
  const [chosen, setChosen] = useState<string | null>(null);
  const [reading, setReading] = useState<string | null>(null);
  const [reshard, setReshard] = useState<Reshard | null>(null);
  const [done, setDone] = useState("");
  const told = useRef<HTMLParagraphElement>(null);
  // The button that opened the dialog disappears with its shard: keyboard users continue from here.
  useEffect(() => {
    if (done) told.current?.focus();
  }, [done]);
  const read = (shard: string) => {
    setReading(shard);
    setChosen(shard);
    document.getElementById("records")?.scrollIntoView({ block: "start" });
  };
  const known = data && !data.error;
  const isProvisioned = known && data.mode === "PROVISIONED";
  return (
    <>
      <header>
        <a href="#/streams" class="back">
          Streams
        </a>
        <span class="soft" aria-hidden="true">
          /
        </span>
        <h1>{name}</h1>
        {known && <span class={`badge ${tone(data.status)}`}>{data.status.toLowerCase()}</span>}
        {(!data || known) && <LiveBadge live={live} />}
        <span class="grow" />
        {known && <ServerTime at={data.now_ms} />}
        {known && (
          <button
            disabled={!isProvisioned}
            title={isProvisioned ? "" : "An on-demand stream sets its own shard count"}
            onClick={() => setReshard({ kind: "count" })}
          >
            Change count…
          </button>
        )}
      </header>
      {!data && (
        <section class="card">
          <div class="empty">Waiting for {name}…</div>
        </section>
      )}
      {data?.error && (
        <section class="card">
          <Empty
            alert
            title={`There is no stream ${name}.`}
            commands={[
              freshet(`produce rows.csv --stream ${name} --create`),
              freshet("streams list"),
            ]}
          >
            <p>
              <a href="#/streams">Streams</a> shows those of this account and region.
            </p>
          </Empty>
        </section>
      )}
      {known && (
        <div class="stack">
          <p class="done" role="status" id="done" ref={told} tabIndex={-1}>
            {done}
          </p>
          <div class="columns even">
            <Facts stream={data} />
            <Flow stream={data} />
          </div>
          <section class="card">
            <header>
              <h2>Key space</h2>
              <span class="soft">writes into each shard now, by its share of the hash keys</span>
            </header>
            <div class="body">
              <KeySpace
                shards={data.shards}
                total={data.open}
                chosen={chosen}
                onChoose={setChosen}
              />
            </div>
          </section>
          <section class="card">
            <header>
              <h2>Shards</h2>
              <span class="soft">
                {count(data.open)} open, {count(data.closed)} closed
              </span>
              <span class="grow" />
              {!isProvisioned && (
                <span class="soft">on-demand: the stream splits and merges by its load</span>
              )}
            </header>
            <ShardTable
              stream={data}
              chosen={chosen}
              onChoose={setChosen}
              onRead={read}
              onReshard={setReshard}
            />
          </section>
          <section class="card">
            <header>
              <h2>Readers</h2>
              <span class="soft">how far behind the newest record each is</span>
            </header>
            <FollowerTable followers={data.followers} open={data.open} now={data.now_ms} />
          </section>
          <section class="card" id="records">
            <header>
              <h2>Records</h2>
              <span class="soft">reading here is not counted in any metric</span>
            </header>
            <RecordBrowser
              key={reading ?? ""}
              stream={data}
              shard={reading ?? data.shards.find((shard) => shard.open)?.id ?? ""}
              startAtOnce={reading !== null}
              onShard={setReading}
            />
          </section>
        </div>
      )}
      {known && reshard && (
        <ReshardDialog
          stream={data}
          reshard={reshard}
          onClose={(said) => {
            setReshard(null);
            if (said) {
              setDone(said);
              setChosen(null);
            }
          }}
        />
      )}
    </>
  );
}

function Facts({ stream }: { stream: Stream }) {
  return (
    <section class="card">
      <header>
        <h2>Stream</h2>
      </header>
      <dl class="facts">
        <dt>Mode</dt>
        <dd>{stream.mode === "ON_DEMAND" ? "on-demand" : "provisioned"}</dd>
        <dt>Shards</dt>
        <dd>
          {count(stream.open)} open, {count(stream.closed)} closed
        </dd>
        <dt>Retention</dt>
        <dd>{stream.retention_hours} h</dd>
        <dt>Encryption</dt>
        <dd>
          {stream.encryption ? (
            <>
              KMS, <code>{stream.encryption}</code>
            </>
          ) : (
            "none"
          )}
        </dd>
        <dt>Largest record</dt>
        <dd>{count(stream.record_kib_max)} KiB</dd>
        <dt>ARN</dt>
        <dd>
          <code>{stream.arn}</code>
        </dd>
      </dl>
    </section>
  );
}

function Flow({ stream }: { stream: Stream }) {
  const [recordsIn, bytesIn, recordsOut, bytesOut, writes, reads] = stream.rates;
  return (
    <section class="card">
      <header>
        <h2>Flow</h2>
        <span class="soft">records in per second, over the last minutes</span>
      </header>
      <div class="body stack">
        <dl class="flow" data-testid="flow">
          <dt>in</dt>
          <dd>
            <b>{rate(recordsIn)}</b> records/s, <b>{bytes(bytesIn)}</b>/s
          </dd>
          <dt>out</dt>
          <dd>
            <b>{rate(recordsOut)}</b> records/s, <b>{bytes(bytesOut)}</b>/s
          </dd>
          <dt>throttled</dt>
          <dd class={writes + reads > 0 ? "alarm" : ""}>
            <b>{rate(writes)}</b> writes/s, <b>{rate(reads)}</b> reads/s
          </dd>
        </dl>
        <RateChart points={stream.history} label="records in" />
      </div>
    </section>
  );
}
