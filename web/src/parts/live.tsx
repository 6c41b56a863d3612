// The head of a live page: whether it is up to date, and the server's time.
import { clock } from "./format";

/** Nothing before the first connection. */
export const LiveBadge = ({ live }: { live?: boolean }) =>
  live === undefined ? null : (
    <span class={`badge ${live ? "good" : "warn"}`}>{live ? "live" : "reconnecting"}</span>
  );

export const ServerTime = ({ at }: { at: number }) => (
  <span class="soft" data-testid="clock">
    {clock(at)} UTC
  </span>
);

export function LiveHeader({ title, live, now }: { title: string; live?: boolean; now?: number }) {
  return (
    <header>
      <h1>{title}</h1>
      <LiveBadge live={live} />
      <span class="grow" />
      {now !== undefined && <ServerTime at={now} />}
    </header>
  );
}
