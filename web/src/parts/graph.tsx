// The configured pipeline, drawn so that all of it is in view; it can be enlarged.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { GraphEdge, GraphNode } from "../api";
import { figure, tone } from "./format";
import { Icon } from "./icons";
import { apart, columnsOf, inRows, layOut, sizesFor, type Place, type Sizes } from "./layout";

const pages: Record<string, string> = {
  stream: "streams",
  application: "analytics",
  view: "query",
  table: "query",
  dashboard: "dashboards",
};
const smallest = 0.3,
  readable = 0.8,
  largest = 1.5,
  step = 1.2;
const looseShown = 12; // unconnected parts that are shown until all are requested

/** The address of a node's page; kinds without one have a page that lists their figures. */
export function addressOf(node: GraphNode): string {
  const name = encodeURIComponent(node.name),
    page = pages[node.kind];
  if (!page) return `#/part/${node.kind}/${name}`;
  const database =
    page === "query" && node.figures.find((figure) => figure.label === "database")?.text;
  return database ? `#/query/${encodeURIComponent(database)}/${name}` : `#/${page}/${name}`;
}

function useWidth() {
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setWidth(host.current?.clientWidth ?? 0);
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, []);
  return { host, width };
}

export function Graph({ nodes, edges }: { nodes: GraphNode[]; edges: GraphEdge[] }) {
  const { host, width: room } = useWidth();
  const [zoom, setZoom] = useState<number | "fit" | null>(null); // undefined: scaled to fit, if that is readable
  const [all, setAll] = useState(false);
  const { joined, loose } = apart(nodes, edges);
  const columns = columnsOf(joined, edges).length;
  const sizes = sizesFor(Math.max(1, columns), room - 16);
  const places = layOut(joined, edges, sizes);
  const bottom = Math.max(-sizes.gapY, ...[...places.values()].map((p) => p.y + sizes.height));
  // Edges over more than one column run in lanes of their own below all nodes, not under them.
  const isLong = (edge: GraphEdge) =>
    (places.get(edge.to)?.x ?? 0) - (places.get(edge.from)?.x ?? 0) > sizes.width + sizes.gapX;
  const long = edges.filter(isLong);
  const lanes = bottom + (long.length ? 16 + long.length * 12 : 0);
  const shown = all || loose.length <= looseShown + 1 ? loose : loose.slice(0, looseShown);
  const perRow = Math.max(
    1,
    columns,
    Math.floor((room - 16 + sizes.gapX) / (sizes.width + sizes.gapX)),
  );
  for (const [id, place] of inRows(shown, sizes, perRow, lanes + sizes.gapY)) places.set(id, place);
  const width = Math.max(...[...places.values()].map((p) => p.x)) + sizes.width + 2;
  const height = Math.max(lanes, ...[...places.values()].map((p) => p.y + sizes.height)) + 16;
  const fit = room ? Math.max(smallest, Math.min(1, (room - 16) / width)) : 1;
  const scale = zoom === "fit" ? fit : (zoom ?? Math.max(readable, fit));
  const change = (by: number) => setZoom(Math.max(smallest, Math.min(largest, scale * by)));
  return (
    <>
      <div class="row zoom" role="group" aria-label="Size of the picture">
        <span class="soft">
          A stream counts stored records: an aggregate of many rows is one. Functions count calls,
          applications rows, deliveries records.
        </span>
        <span class="grow" />
        <button aria-label="Smaller" onClick={() => change(1 / step)}>
          −
        </button>
        <button aria-label="Larger" onClick={() => change(step)}>
          +
        </button>
        <button aria-pressed={scale === fit} onClick={() => setZoom("fit")}>
          Fit
        </button>
      </div>
      <div
        class="graph"
        role="group"
        aria-label="The pipeline"
        ref={host}
        data-scale={scale.toFixed(2)}
      >
        <div
          style={{ width: `${width * scale}px`, height: `${height * scale}px`, overflow: "hidden" }}
        >
          <div
            style={{
              position: "relative",
              width: `${width}px`,
              height: `${height}px`,
              transform: `scale(${scale})`,
              transformOrigin: "0 0",
            }}
          >
            <svg width={width} height={height} aria-hidden="true">
              {edges.map((edge) => (
                <Edge
                  key={`${edge.from}>${edge.to}`}
                  edge={edge}
                  sizes={sizes}
                  from={places.get(edge.from)}
                  to={places.get(edge.to)}
                  lane={isLong(edge) ? bottom + 12 + 12 * long.indexOf(edge) : undefined}
                />
              ))}
            </svg>
            {[...joined, ...shown].map((node) => (
              <Node key={node.id} node={node} place={places.get(node.id)!} sizes={sizes} />
            ))}
          </div>
        </div>
      </div>
      {(all || shown.length < loose.length) && (
        <p class="more">
          <button onClick={() => setAll(!all)}>
            {all ? "Fewer" : `${loose.length - shown.length} more without a connection`}
          </button>
        </p>
      )}
    </>
  );
}

function Edge({
  edge,
  from,
  to,
  lane,
  sizes,
}: {
  edge: GraphEdge;
  from?: Place;
  to?: Place;
  lane?: number;
  sizes: Sizes;
}) {
  if (!from || !to) return null;
  const x1 = from.x + sizes.width,
    y1 = from.y + sizes.height / 2,
    x2 = to.x,
    y2 = to.y + sizes.height / 2;
  const bend = Math.max(12, (x2 - x1) / 2);
  const late = edge.lag_ms > 10_000;
  const half = sizes.gapX / 2,
    turn = Math.min(10, half);
  const path =
    lane === undefined
      ? `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`
      : `M${x1},${y1} Q${x1 + half},${y1} ${x1 + half},${y1 + turn} V${lane - turn} Q${x1 + half},${lane} ${x1 + half + turn},${lane} ` +
        `H${x2 - half - turn} Q${x2 - half},${lane} ${x2 - half},${lane - turn} V${y2 + turn} Q${x2 - half},${y2} ${x2},${y2}`;
  return <path class={`edge ${edge.rate > 0 ? "moving" : ""} ${late ? "late" : ""}`} d={path} />;
}

function Node({ node, place, sizes }: { node: GraphNode; place: Place; sizes: Sizes }) {
  return (
    <a
      class={`node ${node.trouble ? "trouble" : ""}`}
      title={node.trouble}
      href={addressOf(node)}
      style={{
        left: `${place.x}px`,
        top: `${place.y}px`,
        width: `${sizes.width}px`,
        minHeight: `${sizes.height}px`,
      }}
    >
      <div class="kind">
        <Icon name={node.kind} />
        <span class="word">{node.kind}</span>
        <span class={`badge ${tone(node.state)}`}>{node.state.toLowerCase()}</span>
      </div>
      <div class="name" title={node.name}>
        {node.name}
      </div>
      <dl>
        {node.figures.slice(0, 3).map((item) => (
          <div>
            <dt>{item.label}</dt>
            <dd>{figure(item)}</dd>
          </div>
        ))}
      </dl>
    </a>
  );
}
