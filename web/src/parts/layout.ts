// Where the nodes of the pipeline stand: left to right, from their edges alone.
import type { GraphEdge, GraphNode } from '../api';

export const nodeWidth = 206, nodeHeight = 132, gapX = 40, gapY = 22;

export interface Place { x: number; y: number }

/** Column = longest way from a source; rows in a column keep the order of their neighbours to the left. */
export function layOut(nodes: GraphNode[], edges: GraphEdge[]): Map<string, Place> {
  const depth = new Map(nodes.map((node) => [node.id, 0]));
  for (let round = 0; round < nodes.length; round++)
    for (const edge of edges) {
      const next = (depth.get(edge.from) ?? 0) + 1;
      if (depth.has(edge.to) && depth.has(edge.from) && next > depth.get(edge.to)! && next <= nodes.length) depth.set(edge.to, next);
    }
  const columns: GraphNode[][] = [];
  for (const node of nodes) (columns[depth.get(node.id)!] ??= []).push(node);
  const places = new Map<string, Place>();
  const tallest = Math.max(1, ...columns.map((column) => column?.length ?? 0));
  columns.filter(Boolean).forEach((column, index) => {
    const ordered = column
      .map((node) => ({ node, rank: mean(edges.filter((e) => e.to === node.id).map((e) => places.get(e.from)?.y ?? 0)) }))
      .sort((a, b) => a.rank - b.rank);
    const offset = ((tallest - column.length) * (nodeHeight + gapY)) / 2;
    ordered.forEach(({ node }, row) => places.set(node.id, { x: index * (nodeWidth + gapX), y: offset + row * (nodeHeight + gapY) }));
  });
  return places;
}

const mean = (values: number[]) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : 0);
