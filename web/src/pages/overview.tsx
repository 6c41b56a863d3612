// The pipeline as a living graph, and what is wrong in it.
import { useLive, type Overview } from '../api';
import { clock } from '../parts/format';
import { Graph } from '../parts/graph';

export function OverviewPage() {
  const { data, live } = useLive<Overview>('overview');
  const troubles = data?.nodes.filter((node) => node.trouble) ?? [];
  return (
    <>
      <header>
        <h1>Pipeline</h1>
        <span class={`badge ${live ? 'good' : 'warn'}`}>{live ? 'live' : 'reconnecting'}</span>
        <span class="grow" />
        {data && <span class="soft" data-testid="clock">{clock(data.now_ms)} UTC</span>}
      </header>
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
