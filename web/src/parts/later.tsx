// A page in a chunk of its own, loaded when it is first shown: the first page of all stays small.
import { useEffect, useState } from "preact/hooks";
import type { ComponentType } from "preact";

export function later<Props extends object>(load: () => Promise<ComponentType<Props>>) {
  let loaded: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [, setTurn] = useState(0);
    const [failed, setFailed] = useState(false);
    useEffect(() => {
      if (loaded) return;
      load().then(
        (page) => {
          loaded = page;
          setTurn((turn) => turn + 1);
        },
        () => setFailed(true),
      );
    }, []);
    const Page = loaded;
    if (Page) return <Page {...props} />;
    return failed ? (
      <div class="notice" role="alert">
        This page could not be loaded. Load it again: the server may have another version now.
      </div>
    ) : null;
  };
}
