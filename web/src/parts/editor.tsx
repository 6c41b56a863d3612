// A small SQL editor: line numbers, a mark on the line of an error. Ctrl-Enter runs the statement;
// Tab indents, unless Escape was pressed before it.
import { useRef } from "preact/hooks";

interface Properties {
  value: string;
  onChange?: (value: string) => void;
  onRun?: () => void;
  wrongLine?: number;
  label: string;
}

export function Editor({ value, onChange, onRun, wrongLine, label }: Properties) {
  const lines = useRef<HTMLDivElement>(null);
  const numbers = value.split("\n").map((_, at) => at + 1);
  return (
    <div class="editor">
      <div class="lines" ref={lines} aria-hidden="true">
        {numbers.map((number) => (
          <div class={number === wrongLine ? "wrong" : ""}>
            {number === wrongLine ? "▸ " : ""}
            {number}
          </div>
        ))}
      </div>
      <textarea
        aria-label={label}
        spellcheck={false}
        readOnly={!onChange}
        rows={Math.min(18, Math.max(8, numbers.length))}
        value={value}
        onInput={(event) => onChange?.(event.currentTarget.value)}
        onScroll={(event) => {
          if (lines.current) lines.current.scrollTop = event.currentTarget.scrollTop;
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            onRun?.();
          }
        }}
      />
    </div>
  );
}
