// The pipeline as it is configured, drawn.
import type { GraphEdge, GraphNode } from '../api';
import { figure, tone } from './format';
import { Icon } from './icons';
import { gapX, layOut, nodeHeight, nodeWidth, type Place } from './layout';

const pages: Record<string, string> = { stream: 'streams', application: 'analytics', view: 'query', table: 'query', dashboard: 'dashboards' };

export function Graph({ nodes, edges }: { nodes: GraphNode[]; edges: GraphEdge[] }) {
  const places = layOut(nodes, edges);
  const width = Math.max(...[...places.values()].map((p) => p.x)) + nodeWidth + 8;
  const bottom = Math.max(...[...places.values()].map((p) => p.y)) + nodeHeight;
  // Edges over more than one column run in lanes of their own below all nodes, not behind them.
  const isLong = (edge: GraphEdge) => (places.get(edge.to)?.x ?? 0) - (places.get(edge.from)?.x ?? 0) > nodeWidth + gapX;
  const long = edges.filter(isLong);
  const height = bottom + 16 + long.length * 12;
  return (
    <div class="graph" role="group" aria-label="The pipeline">
      <div style={{ position: 'relative', width: `${width}px`, height: `${height}px` }}>
        <svg width={width} height={height} aria-hidden="true">
          {edges.map((edge) => <Edge key={`${edge.from}>${edge.to}`} edge={edge} from={places.get(edge.from)} to={places.get(edge.to)} lane={isLong(edge) ? bottom + 12 + 12 * long.indexOf(edge) : undefined} />)}
        </svg>
        {nodes.map((node) => <Node key={node.id} node={node} place={places.get(node.id)!} />)}
      </div>
    </div>
  );
}

function Edge({ edge, from, to, lane }: { edge: GraphEdge; from?: Place; to?: Place; lane?: number }) {
  if (!from || !to) return null;
  const x1 = from.x + nodeWidth, y1 = from.y + nodeHeight / 2, x2 = to.x, y2 = to.y + nodeHeight / 2;
  const bend = Math.max(24, (x2 - x1) / 2);
  const late = edge.lag_ms > 10_000;
  const half = gapX / 2, turn = 10;
  const path = lane === undefined
    ? `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`
    : `M${x1},${y1} Q${x1 + half},${y1} ${x1 + half},${y1 + turn} V${lane - turn} Q${x1 + half},${lane} ${x1 + half + turn},${lane} `
      + `H${x2 - half - turn} Q${x2 - half},${lane} ${x2 - half},${lane - turn} V${y2 + turn} Q${x2 - half},${y2} ${x2},${y2}`;
  return <path class={`edge ${edge.rate > 0 ? 'moving' : ''} ${late ? 'late' : ''}`} d={path} />;
}

function Node({ node, place }: { node: GraphNode; place: Place }) {
  const content = (
    <>
      <div class="kind"><Icon name={node.kind} />{node.kind}<span style={{ flex: 1 }} /><span class={`badge ${tone(node.state)}`}>{node.state.toLowerCase()}</span></div>
      <div class="name" title={node.name}>{node.name}</div>
      <dl>{node.figures.slice(0, 3).map((item) => [<dt>{item.label}</dt>, <dd>{figure(item)}</dd>])}</dl>
    </>
  );
  const style = { left: `${place.x}px`, top: `${place.y}px`, minHeight: `${nodeHeight}px` };
  const marks = `node ${node.trouble ? 'trouble' : ''}`;
  const page = pages[node.kind];
  return page
    ? <a class={marks} style={style} title={node.trouble} href={`#/${page}/${encodeURIComponent(node.name)}`}>{content}</a>
    : <div class={marks} style={style} title={node.trouble}>{content}</div>;
}
