// The streams of an account and region, and one of them.
import { useLive } from "../api";
import { aws, Empty, freshet } from "../parts/command";
import { bytes, count, rate, tone } from "../parts/format";
import { LiveHeader } from "../parts/live";
import type { Streams } from "../stream_api";
import { StreamView } from "./stream";

export function StreamsPage({ name }: { name?: string }) {
  return name ? <StreamView key={name} name={name} /> : <StreamList />;
}

function StreamList() {
  const { data, live } = useLive<Streams>("streams");
  return (
    <>
      <LiveHeader title="Streams" live={live} now={data?.now_ms} />
      <section class="card">
        {!data ? (
          <div class="empty">Waiting for the first figures…</div>
        ) : data.streams.length === 0 ? (
          <Empty
            title="No stream yet."
            commands={[
              freshet("produce rows.csv --stream rows --create"),
              aws("kinesis create-stream --stream-name rows --shard-count 2"),
            ]}
          />
        ) : (
          <div class="scroll tall" tabIndex={0} role="region" aria-label="Streams">
            <table class="many" data-testid="streams">
              <thead>
                <tr>
                  <th scope="col">Stream</th>
                  <th scope="col">Status</th>
                  <th scope="col">Mode</th>
                  <th scope="col" class="number">
                    Shards
                  </th>
                  <th scope="col" class="number">
                    Records in/s
                  </th>
                  <th scope="col" class="number">
                    Bytes in/s
                  </th>
                  <th scope="col" class="number">
                    Records out/s
                  </th>
                  <th scope="col" class="number">
                    Bytes out/s
                  </th>
                  <th scope="col" class="number">
                    Throttled/s
                  </th>
                  <th scope="col" class="number">
                    Consumers
                  </th>
                  <th scope="col" class="number">
                    Retention
                  </th>
                  <th scope="col">Encryption</th>
                </tr>
              </thead>
              <tbody>
                {data.streams.map((one) => (
                  <tr key={one.name}>
                    <th scope="row">
                      <a href={`#/streams/${encodeURIComponent(one.name)}`}>{one.name}</a>
                    </th>
                    <td>
                      <span class={`badge ${tone(one.status)}`}>{one.status.toLowerCase()}</span>
                    </td>
                    <td>{one.mode === "ON_DEMAND" ? "on-demand" : "provisioned"}</td>
                    <td class="number">{count(one.open)}</td>
                    <td class="number">{rate(one.rates[0])}</td>
                    <td class="number">{bytes(one.rates[1])}</td>
                    <td class="number">{rate(one.rates[2])}</td>
                    <td class="number">{bytes(one.rates[3])}</td>
                    <td class={`number ${one.rates[4] + one.rates[5] > 0 ? "alarm" : ""}`}>
                      {rate(one.rates[4] + one.rates[5])}
                    </td>
                    <td class="number">{count(one.consumers)}</td>
                    <td class="number">{one.retention_hours} h</td>
                    <td class="key" title={one.encryption}>
                      {one.encryption || <span class="soft">none</span>}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data && data.total > data.streams.length && (
          <p class="more soft">
            The first {data.streams.length} of {data.total} streams.
          </p>
        )}
      </section>
    </>
  );
}
