// The problem of a part of the pipeline, in words. A function's error is JSON: its message is
// shown, the rest on demand.
import { useState } from "preact/hooks";

export interface Words {
  sentence: string;
  more: string;
}

export function inWords(trouble: string): Words {
  const from = trouble.indexOf("{"),
    to = trouble.lastIndexOf("}");
  if (from < 0 || to < from) return { sentence: trouble, more: "" };
  try {
    const fault = JSON.parse(trouble.slice(from, to + 1));
    const message = fault.errorMessage ?? fault.message ?? fault.Message;
    if (typeof message !== "string") return { sentence: trouble, more: "" };
    const kind = fault.errorType ? `${fault.errorType}: ` : "";
    const trace = Array.isArray(fault.stackTrace) ? fault.stackTrace.join("") : "";
    return {
      sentence: `${trouble.slice(0, from)}${kind}${message}${trouble.slice(to + 1)}`,
      more: trace,
    };
  } catch {
    return { sentence: trouble, more: "" };
  }
}

export function Trouble({
  kind,
  name,
  trouble,
  href,
}: {
  kind: string;
  name: string;
  trouble: string;
  href?: string;
}) {
  const { sentence, more } = inWords(trouble);
  const [open, setOpen] = useState(false);
  return (
    <div class="notice" role="alert">
      <b>
        {kind} {href ? <a href={href}>{name}</a> : name}
      </b>
      {"\n"}
      <span>{sentence}</span>
      {more && (
        <details onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>Where it happened</summary>
          {open && <pre class="sql">{more}</pre>}
        </details>
      )}
    </div>
  );
}
