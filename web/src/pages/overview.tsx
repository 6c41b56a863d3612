// The pipeline as a live graph, and its problems.
import { useLive, type Overview } from "../api";
import { Empty, freshet } from "../parts/command";
import { addressOf, Graph } from "../parts/graph";
import { LiveHeader } from "../parts/live";
import { Trouble } from "../parts/trouble";

export function OverviewPage() {
  const { data, live } = useLive<Overview>("overview");
  const troubles = data?.nodes.filter((node) => node.trouble) ?? [];
  return (
    <>
      <LiveHeader title="Pipeline" live={live} now={data?.now_ms} />
      <div class="stack">
        {troubles.map((node) => (
          <Trouble
            key={node.id}
            kind={node.kind}
            name={node.name}
            trouble={node.trouble!}
            href={addressOf(node)}
          />
        ))}
        <section class="card">
          {!data ? (
            <div class="empty">Waiting for the first figures…</div>
          ) : data.nodes.length ? (
            <div class="body">
              <Graph nodes={data.nodes} edges={data.edges} />
            </div>
          ) : (
            <Empty
              title="Nothing is here yet."
              commands={[
                freshet("produce rows.csv --stream rows --create"),
                freshet("apply examples/chicago-crimes/pipeline.yaml"),
              ]}
            >
              <p>
                Send rows of your own, or make the article's whole pipeline from one file. Any AWS
                client does, too, pointed at <code>{location.origin}</code>.
              </p>
            </Empty>
          )}
        </section>
      </div>
    </>
  );
}
