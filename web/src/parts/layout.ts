// The places of the pipeline's nodes: left to right, computed from their edges alone.
import type { GraphEdge, GraphNode } from "../api";

export interface Place {
  x: number;
  y: number;
}
export interface Sizes {
  width: number;
  height: number;
  gapX: number;
  gapY: number;
}

export const roomy: Sizes = { width: 206, height: 132, gapX: 40, gapY: 22 };
const narrowest = 124,
  tightest = 16;
const tallBelow = 190,
  tall = 172; // narrower nodes break their lines

/** The column is the longest path from a source. */
export function columnsOf(nodes: GraphNode[], edges: GraphEdge[]): GraphNode[][] {
  const depth = new Map(nodes.map((node) => [node.id, 0]));
  for (let round = 0; round < nodes.length; round++)
    for (const edge of edges) {
      const next = (depth.get(edge.from) ?? 0) + 1;
      if (
        depth.has(edge.to) &&
        depth.has(edge.from) &&
        next > depth.get(edge.to)! &&
        next <= nodes.length
      )
        depth.set(edge.to, next);
    }
  const columns: GraphNode[][] = [];
  for (const node of nodes) (columns[depth.get(node.id)!] ??= []).push(node);
  return columns.filter(Boolean);
}

/**
 * Nodes as wide as `room` allows for that many columns; a graph that is still too wide is drawn
 * smaller.
 */
export function sizesFor(columns: number, room: number): Sizes {
  const gapX = Math.max(
    tightest,
    Math.min(roomy.gapX, (room - columns * roomy.width) / Math.max(1, columns - 1)),
  );
  const width = Math.max(narrowest, Math.min(roomy.width, (room - (columns - 1) * gapX) / columns));
  return {
    ...roomy,
    width: Math.floor(width),
    height: width < tallBelow ? tall : roomy.height,
    gapX: Math.floor(gapX),
  };
}

/** Unconnected nodes have no column; those with problems come first. */
export function apart(
  nodes: GraphNode[],
  edges: GraphEdge[],
): { joined: GraphNode[]; loose: GraphNode[] } {
  const ends = new Set(edges.flatMap((edge) => [edge.from, edge.to]));
  return {
    joined: nodes.filter((node) => ends.has(node.id)),
    loose: nodes
      .filter((node) => !ends.has(node.id))
      .sort((a, b) => Number(!!b.trouble) - Number(!!a.trouble)),
  };
}

/** Nodes side by side, `perRow` in a row, from `top` down. */
export function inRows(
  nodes: GraphNode[],
  sizes: Sizes,
  perRow: number,
  top: number,
): Map<string, Place> {
  return new Map(
    nodes.map((node, at) => [
      node.id,
      {
        x: (at % perRow) * (sizes.width + sizes.gapX),
        y: top + Math.floor(at / perRow) * (sizes.height + sizes.gapY),
      },
    ]),
  );
}

/** Rows in a column keep the order of their neighbours to the left. */
export function layOut(
  nodes: GraphNode[],
  edges: GraphEdge[],
  sizes: Sizes = roomy,
): Map<string, Place> {
  const columns = columnsOf(nodes, edges);
  const places = new Map<string, Place>();
  const tallest = Math.max(1, ...columns.map((column) => column.length));
  columns.forEach((column, index) => {
    const ordered = column
      .map((node) => ({
        node,
        rank: mean(edges.filter((e) => e.to === node.id).map((e) => places.get(e.from)?.y ?? 0)),
      }))
      .sort((a, b) => a.rank - b.rank);
    const offset = ((tallest - column.length) * (sizes.height + sizes.gapY)) / 2;
    ordered.forEach(({ node }, row) =>
      places.set(node.id, {
        x: index * (sizes.width + sizes.gapX),
        y: offset + row * (sizes.height + sizes.gapY),
      }),
    );
  });
  return places;
}

const mean = (values: number[]) =>
  values.length ? values.reduce((a, b) => a + b, 0) / values.length : 0;
