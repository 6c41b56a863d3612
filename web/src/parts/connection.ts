// Whether the server answers: every call records it, one place in the shell shows it. While it does
// not answer, it is asked again.
import { useEffect, useState } from "preact/hooks";

const retryMs = 2000;
let reachable = true;
const listeners = new Set<(reachable: boolean) => void>();

function set(next: boolean) {
  if (next === reachable) return;
  reachable = next;
  listeners.forEach((tell) => tell(next));
  if (!next) setTimeout(retry, retryMs);
}

function retry() {
  if (reachable) return;
  fetch("/_freshet/health").then(heard, () => setTimeout(retry, retryMs));
}

export const heard = () => set(true);
/**
 * There was no answer. An event stream that ended may reconnect by itself: the health page decides.
 */
export const missed = () => {
  fetch("/_freshet/health").then(heard, () => set(false));
};

export function useReachable(): boolean {
  const [now, setNow] = useState(reachable);
  useEffect(() => {
    listeners.add(setNow);
    setNow(reachable);
    return () => {
      listeners.delete(setNow);
    };
  }, []);
  return now;
}
