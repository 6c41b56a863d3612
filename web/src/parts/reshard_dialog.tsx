// The dialog before a reshard: which shards close, which are created, and what that means for
// readers.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { post, type ApiError } from "../api";
import type { Shard, Stream } from "../stream_api";
import { count } from "./format";
import { byHash, half, hashKey, neighbours, percent, shareOf, shortId } from "./ring";

export type Reshard = { kind: "split" | "merge"; shard: Shard } | { kind: "count" };

/** The user's input: `at` of a split, `side` of a merge, `count`. */
type Fields = Record<string, string>;

/** A change that can be sent, and the message after it. */
interface Change {
  path: string;
  body: Record<string, unknown>;
  said: string;
}

export function ReshardDialog({
  stream,
  reshard,
  onClose,
}: {
  stream: Stream;
  reshard: Reshard;
  onClose: (said?: string) => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [fields, setFields] = useState<Fields>(() => first(stream, reshard));
  const [error, setError] = useState("");
  const [sending, setSending] = useState(false);
  // Synchronously after the render: the next key press would otherwise press the opener again.
  useLayoutEffect(() => {
    const opener = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => opener?.focus();
  }, []);
  const send = async (event: Event) => {
    event.preventDefault();
    // From the form itself: a key press may come before its change is rendered.
    const change = changeOf(
      stream,
      reshard,
      Object.fromEntries(new FormData(event.currentTarget as HTMLFormElement)) as Fields,
    );
    if (!change || sending) return;
    setSending(true);
    setError("");
    try {
      await post(change.path, { stream: stream.name, ...change.body });
      onClose(change.said);
    } catch (problem) {
      setError((problem as ApiError).message ?? "The server did not answer");
      setSending(false);
    }
  };
  const set = (name: string, value: string) => setFields({ ...fields, [name]: value });
  const title =
    reshard.kind === "count"
      ? `Change the count of shards of ${stream.name}`
      : `${reshard.kind === "split" ? "Split" : "Merge"} ${reshard.shard.id}`;
  return (
    <dialog ref={dialog} aria-labelledby="reshard-title" onClose={() => onClose()}>
      <form onSubmit={send}>
        <h2 id="reshard-title">{title}</h2>
        {reshard.kind === "split" ? (
          <SplitFields shard={reshard.shard} text={fields.at} onText={(text) => set("at", text)} />
        ) : reshard.kind === "merge" ? (
          <MergeFields
            shard={reshard.shard}
            stream={stream}
            side={fields.side}
            onSide={(side) => set("side", side)}
          />
        ) : (
          <CountFields stream={stream} text={fields.count} onText={(text) => set("count", text)} />
        )}
        <p class="soft">
          Records that are there stay, and are read from the closed shards until{" "}
          {stream.retention_hours} h have passed over them. Readers finish a closed shard before its
          children. Puts wait for one commit, and lose nothing.
        </p>
        {error && (
          <div class="notice" role="alert">
            {error}
          </div>
        )}
        <div class="row end">
          <button type="button" onClick={() => onClose()}>
            Cancel
          </button>
          <button
            type="submit"
            class="primary"
            disabled={!changeOf(stream, reshard, fields) || sending}
          >
            {sending
              ? "Working…"
              : { split: "Split", merge: "Merge", count: "Change count" }[reshard.kind]}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function first(stream: Stream, reshard: Reshard): Fields {
  if (reshard.kind === "count") return { count: String(stream.open * 2) };
  if (reshard.kind === "split") return { at: String(half(reshard.shard) ?? "") };
  return { side: neighbours(reshard.shard, byHash(stream.shards)).after ? "after" : "before" };
}

/** null while the input is not valid. */
function changeOf(stream: Stream, reshard: Reshard, fields: Fields): Change | null {
  if (reshard.kind === "count") {
    const target = countOf(fields.count);
    return target < 1 || target === stream.open
      ? null
      : {
          path: "streams/count",
          body: { count: target },
          said: `The stream has ${target} shards now.`,
        };
  }
  const { shard } = reshard;
  if (reshard.kind === "split") {
    const at = hashKey(fields.at ?? "");
    return at === null || at <= BigInt(shard.first_hash) || at > BigInt(shard.last_hash)
      ? null
      : {
          path: "streams/split",
          body: { shard: shard.id, at: String(at) },
          said: `${shard.id} was split at ${at}.`,
        };
  }
  const other = neighbours(shard, byHash(stream.shards))[fields.side as "before" | "after"];
  // AWS expects the shard with the lower hash keys first.
  const [left, right] = fields.side === "after" ? [shard, other] : [other, shard];
  return left && right
    ? {
        path: "streams/merge",
        body: { shard: left.id, adjacent: right.id },
        said: `${left.id} and ${right.id} were merged.`,
      }
    : null;
}

const countOf = (text: string) => (/^\s*\d{1,6}\s*$/.test(text) ? Number(text) : 0);

function SplitFields({
  shard,
  text,
  onText,
}: {
  shard: Shard;
  text: string;
  onText: (text: string) => void;
}) {
  const middle = half(shard);
  const from = BigInt(shard.first_hash),
    to = BigInt(shard.last_hash);
  const at = hashKey(text);
  const problem =
    at === null
      ? "A hash key is a whole number from 0 to 2^128 - 1."
      : at <= from || at > to
        ? `It must be greater than ${from} and at most ${to}.`
        : "";
  return (
    <>
      <label class="field">
        The second new shard begins at hash key
        <input
          name="at"
          class="mono"
          value={text}
          inputMode="numeric"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={!!problem}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      </label>
      {middle !== null && at !== middle && (
        <div>
          <button type="button" onClick={() => onText(String(middle))}>
            Use the middle
          </button>
        </div>
      )}
      {problem ? (
        <p class="alarm" role="alert">
          {problem}
        </p>
      ) : (
        <ul class="plan" data-testid="plan">
          <li>
            <b>{shard.id}</b> ({percent(shareOf(from, to))} of the ring) closes.
          </li>
          <li>
            A new shard takes <code>{String(from)}</code> to <code>{String(at! - 1n)}</code>,{" "}
            {percent(shareOf(from, at! - 1n))} of the ring.
          </li>
          <li>
            A new shard takes <code>{String(at)}</code> to <code>{String(to)}</code>,{" "}
            {percent(shareOf(at!, to))} of the ring.
          </li>
        </ul>
      )}
    </>
  );
}

function MergeFields({
  shard,
  stream,
  side,
  onSide,
}: {
  shard: Shard;
  stream: Stream;
  side: string;
  onSide: (side: string) => void;
}) {
  const { before, after } = neighbours(shard, byHash(stream.shards));
  const other = side === "after" ? after : before;
  const choice = (name: string, one?: Shard) =>
    one && (
      <label>
        <input
          type="radio"
          name="side"
          value={name}
          checked={side === name}
          onChange={() => onSide(name)}
        />{" "}
        {one.id}, {name} it on the ring
      </label>
    );
  const [left, right] = side === "after" ? [shard, other] : [other, shard];
  return (
    <>
      <fieldset class="field">
        <legend>With its neighbour</legend>
        {choice("before", before)}
        {choice("after", after)}
      </fieldset>
      {!other ? (
        <p class="alarm" role="alert">
          It has no open neighbour on that side.
        </p>
      ) : (
        <ul class="plan" data-testid="plan">
          <li>
            <b>{left!.id}</b> and <b>{right!.id}</b> close.
          </li>
          <li>
            A new shard takes <code>{left!.first_hash}</code> to <code>{right!.last_hash}</code>,{" "}
            {percent(shareOf(BigInt(left!.first_hash), BigInt(right!.last_hash)))} of the ring.
          </li>
        </ul>
      )}
    </>
  );
}

function CountFields({
  stream,
  text,
  onText,
}: {
  stream: Stream;
  text: string;
  onText: (text: string) => void;
}) {
  const target = countOf(text);
  const open = stream.shards.filter((shard) => shard.open);
  return (
    <>
      <label class="field">
        Open shards{" "}
        <input
          name="count"
          type="number"
          min={1}
          max={999999}
          value={text}
          onInput={(event) => onText(event.currentTarget.value)}
        />
      </label>
      {target < 1 ? (
        <p class="alarm" role="alert">
          A count is a whole number, at least 1.
        </p>
      ) : target === stream.open ? (
        <p class="soft">The stream has this number of open shards now.</p>
      ) : (
        <ul class="plan" data-testid="plan">
          <li>
            {count(stream.open)} open shards (
            {open
              .slice(0, 12)
              .map((shard) => shortId(shard.id))
              .join(", ")}
            {stream.open > 12 ? ", …" : ""}) become {count(target)} of equal size.
          </li>
          <li>Shards whose range changes are split or merged, and close.</li>
        </ul>
      )}
    </>
  );
}
