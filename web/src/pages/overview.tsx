// The pipeline as a living graph, and what is wrong in it.
import { useLive, type Overview } from '../api';
import { Graph } from '../parts/graph';
import { LiveHeader } from '../parts/live';

export function OverviewPage() {
  const { data, live } = useLive<Overview>('overview');
  const troubles = data?.nodes.filter((node) => node.trouble) ?? [];
  return (
    <>
      <LiveHeader title="Pipeline" live={live} now={data?.now_ms} />
      <div class="stack">
        {troubles.map((node) => <div class="notice" role="alert"><b>{node.kind} {node.name}</b>{'\n'}{node.trouble}</div>)}
        <section class="card">
          {!data ? <div class="empty">Waiting for the first figures…</div>
            : data.nodes.length ? <div class="body"><Graph nodes={data.nodes} edges={data.edges} /></div>
              : <Empty />}
        </section>
      </div>
    </>
  );
}

function Empty() {
  return (
    <div class="empty stack">
      <p>Nothing is here yet. Make the article's whole pipeline from one file:</p>
      <div><pre>freshet apply examples/chicago-crimes/pipeline.yaml</pre></div>
      <p>or point any AWS client at <code>{location.origin}</code>.</p>
    </div>
  );
}
