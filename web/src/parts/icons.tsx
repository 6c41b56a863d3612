// The few line icons, drawn on a 24 by 24 grid.
const paths: Record<string, string> = {
  freshet: "M3 7c3 0 3 3 6 3s3-3 6-3 3 3 6 3M3 13c3 0 3 3 6 3s3-3 6-3 3 3 6 3",
  overview: "M4 5h6v5H4zM14 14h6v5h-6zM10 7.5h4.500v9H14",
  analytics: "M4 19V9m5 10V5m5 14v-7m5 7V8",
  query: "M4 6l5 6-5 6m8 0h8",
  dashboard: "M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z",
  stream: "M3 8h12m-4-4 4 4-4 4M9 16h12m-4-4 4 4-4 4",
  function: "M8 20 13 9M6 4h3l7 16h3",
  application: "M4 19V9m5 10V5m5 14v-7m5 7V8",
  delivery:
    "M3 7h11v9H3zM14 10h4l3 3v3h-7zM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zm10 0a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  bucket: "M4 6c0-3 16-3 16 0l-2 13c0 2-12 2-12 0zM4 6c0 3 16 3 16 0",
  table: "M4 5h16v14H4zM4 10h16M10 5v14",
  view: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zm10 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  schedule: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 4v5l3 2",
  crawler: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5",
  producer: "M5 12h14m-5-5 5 5-5 5",
};

export function Icon({ name }: { name: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name] ?? paths.table} />
    </svg>
  );
}
