// The partitions as a picture: areas are bytes, colours are files of a partition or the share of
// small ones. Too many are drawn in groups that open. One tab stop; the arrow keys move.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { PartSize } from "../lake_api";
import { bytes, count, counted, mebibytes, moment } from "./format";
import {
  fileLevels,
  groupsOf,
  level,
  said,
  smallLevels,
  valuesOf,
  weights,
  whole,
  type Group,
  type Measure,
} from "./partitions";
import { percent } from "./ring";
import { strips } from "./strips";

const rowsMax = 400;
const orders = {
  name: "in their order",
  files: "most files first",
  small: "most small files first",
  bytes: "largest first",
} as const;
type Order = keyof typeof orders;

function useWidth() {
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    if (host.current) observer.observe(host.current);
    return () => observer.disconnect();
  }, []);
  return { host, width };
}

/** Partitions that are opened: ranges of the list, the outermost first. */
type Opened = Pick<Group, "label" | "from" | "to">;

export function PartitionMap({ parts, smallUnder }: { parts: PartSize[]; smallUnder: number }) {
  const [measure, setMeasure] = useState<Measure>("files");
  const [opened, setOpened] = useState<Opened[]>([]);
  const [chosen, setChosen] = useState(0);
  const [order, setOrder] = useState<Order>("name");
  const map = useRef<HTMLDivElement>(null);
  const hasFocus = useRef(false);
  // Partitions come and go; a range that no longer exists is closed.
  const trail = opened.filter((one) => one.to <= parts.length);
  const { from, to } = trail[trail.length - 1] ?? { from: 0, to: parts.length };
  const groups = useMemo(() => groupsOf(parts, from, to), [parts, from, to]);
  const all = useMemo(() => whole(parts, from, to), [parts, from, to]);
  const at = Math.min(chosen, groups.length - 1);
  const isGrouped = groups.length < to - from;
  const open = (group: Group) => {
    if (group.to - group.from < 2) return;
    hasFocus.current = true;
    setOpened([...trail, group]);
    setChosen(0);
  };
  const close = (depth: number) => {
    hasFocus.current = true;
    setOpened(trail.slice(0, depth));
    setChosen(0);
  };
  // After a group was opened by the keyboard, its first mark has the focus.
  useLayoutEffect(() => {
    if (!hasFocus.current) return;
    hasFocus.current = false;
    map.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }, [opened]);
  return (
    <div class="stack tight">
      <div class="row">
        <span role="group" aria-label="Colour" class="row tight">
          <span class="soft">Colour:</span>
          <Choice is={measure === "files"} onChoose={() => setMeasure("files")}>
            files of a partition
          </Choice>
          <Choice is={measure === "small"} onChoose={() => setMeasure("small")}>
            share of small files
          </Choice>
        </span>
        <span class="soft">
          Area: bytes. Small: under {mebibytes(smallUnder)}
          {isGrouped && `. ${count(to - from)} partitions in ${count(groups.length)} groups`}
        </span>
      </div>
      {trail.length > 0 && (
        <nav class="trail" aria-label="Opened groups">
          <button class="link" onClick={() => close(0)}>
            All partitions
          </button>
          {trail.map((one, depth) => (
            <>
              <span class="soft" aria-hidden="true">
                /
              </span>
              {depth + 1 < trail.length ? (
                <button class="link" onClick={() => close(depth + 1)}>
                  {one.label}
                </button>
              ) : (
                <b>{one.label}</b>
              )}
            </>
          ))}
        </nav>
      )}
      <div ref={map}>
        <Marks
          {...{ groups, measure }}
          chosen={at}
          onChoose={setChosen}
          onOpen={open}
          onClose={() => trail.length > 0 && close(trail.length - 1)}
        />
      </div>
      <ul class="legend" aria-label="Colours of the picture">
        {(measure === "files" ? fileLevels : smallLevels).map((label, index) => (
          <li>
            <span class={`swatch level${index}`} />
            {label}
          </li>
        ))}
        <li class="soft">
          {measure === "small"
            ? "of the files are small"
            : isGrouped
              ? "files in the partition of a group that has the most"
              : "files in a partition"}
        </li>
      </ul>
      {groups[at] && <Chosen group={groups[at]} onOpen={() => open(groups[at])} />}
      <details class="alternative">
        <summary>
          As a table: {counted(groups.length, isGrouped ? "group" : "partition")},{" "}
          {counted(all.files, "file")}, {bytes(all.bytes)}
        </summary>
        <label class="soft">
          Order{" "}
          <select value={order} onChange={(event) => setOrder(event.currentTarget.value as Order)}>
            {Object.entries(orders).map(([value, words]) => (
              <option value={value}>{words}</option>
            ))}
          </select>
        </label>
        <GroupTable groups={inOrder(groups, order)} isGrouped={isGrouped} onOpen={open} />
      </details>
    </div>
  );
}

function Choice({
  is,
  onChoose,
  children,
}: {
  is: boolean;
  onChoose: () => void;
  children: string;
}) {
  return (
    <button class="tab" aria-pressed={is} onClick={onChoose}>
      {children}
    </button>
  );
}

function Marks({
  groups,
  measure,
  chosen,
  onChoose,
  onOpen,
  onClose,
}: {
  groups: Group[];
  measure: Measure;
  chosen: number;
  onChoose: (at: number) => void;
  onOpen: (group: Group) => void;
  onClose: () => void;
}) {
  const { host, width } = useWidth();
  const height = groups.length === 1 ? 72 : groups.length < 12 ? 160 : 320;
  const places = useMemo(() => strips(weights(groups), width, height), [groups, width, height]);
  const move = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
    const next = nextMark(places, chosen, event.key);
    if (next === null) return;
    event.preventDefault();
    onChoose(next);
    (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("button")[next]?.focus();
  };
  return (
    <div
      class="marks"
      ref={host}
      role="group"
      aria-label="Partitions: arrow keys move, Enter opens a group, Escape closes it"
      data-testid="marks"
      style={{ height: `${height}px` }}
      onKeyDown={move}
    >
      {width > 0 &&
        groups.map((group, at) => {
          const { x, y, width: wide, height: high } = places[at];
          const shown = valuesOf(group.label) || "the table";
          return (
            <button
              key={group.from}
              data-level={level(group, measure)}
              class={`level${level(group, measure)} ${group.empty === group.to - group.from ? "none" : ""}`}
              style={{ left: `${x}px`, top: `${y}px`, width: `${wide}px`, height: `${high}px` }}
              tabIndex={at === chosen ? 0 : -1}
              aria-pressed={at === chosen}
              title={said(group)}
              aria-label={said(group)}
              onClick={() => {
                onChoose(at);
                onOpen(group);
              }}
              onMouseEnter={() => onChoose(at)}
              onFocus={() => onChoose(at)}
            >
              {wide > shown.length * 7 + 10 && high > 22 && <b>{shown}</b>}
              {wide > 64 && high > 40 && <span>{counted(group.files, "file")}</span>}
              {wide > 64 && high > 58 && <span class="second">{bytes(group.bytes)}</span>}
            </button>
          );
        })}
    </div>
  );
}

/** The mark that an arrow key leads to; null for another key. */
function nextMark(
  places: { x: number; y: number; width: number; height: number }[],
  at: number,
  key: string,
): number | null {
  const last = places.length - 1;
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key === "ArrowLeft") return Math.max(0, at - 1);
  if (key === "ArrowRight") return Math.min(last, at + 1);
  if (key !== "ArrowUp" && key !== "ArrowDown") return null;
  const one = places[at];
  const y = key === "ArrowUp" ? one.y - 1 : one.y + one.height + 1,
    x = one.x + one.width / 2;
  const found = places.findIndex(
    (place) =>
      x >= place.x && x <= place.x + place.width && y >= place.y && y <= place.y + place.height,
  );
  return found < 0 ? at : found;
}

/** The words of the mark that has the focus or the pointer. */
function Chosen({ group, onOpen }: { group: Group; onOpen: () => void }) {
  const partitions = group.to - group.from;
  return (
    <p class="chosen-mark" data-testid="chosen">
      <b class="name">{group.label || "the table"}</b>{" "}
      <span>
        {partitions > 1 && <>{count(partitions)} partitions, </>}
        {counted(group.files, "file")}
        {partitions > 1 && <> (at most {count(group.most)} in one)</>}, {bytes(group.bytes)}
        {group.files > 0 && (
          <>
            , {count(group.small)} small ({percent(group.small / group.files)})
          </>
        )}
        {group.formats.length > 0 && <>, {group.formats.join(" and ")}</>}
        {group.newest_ms !== undefined && <>, newest {moment(group.newest_ms).slice(0, 19)} UTC</>}
      </span>{" "}
      {partitions > 1 && (
        <button class="link" onClick={onOpen}>
          Open
        </button>
      )}
    </p>
  );
}

function inOrder(groups: Group[], order: Order): Group[] {
  if (order === "name") return groups;
  return [...groups].sort((one, other) => other[order] - one[order]);
}

function GroupTable({
  groups,
  isGrouped,
  onOpen,
}: {
  groups: Group[];
  isGrouped: boolean;
  onOpen: (group: Group) => void;
}) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Partitions as a table">
      <table class="many" data-testid="partitions">
        <thead>
          <tr>
            <th scope="col">Partition</th>
            {isGrouped && (
              <th scope="col" class="number">
                Partitions
              </th>
            )}
            <th scope="col" class="number">
              Files
            </th>
            <th scope="col" class="number">
              Small
            </th>
            <th scope="col" class="number">
              Bytes
            </th>
            <th scope="col" class="number">
              Bytes a file
            </th>
            <th scope="col">Format</th>
          </tr>
        </thead>
        <tbody>
          {groups.slice(0, rowsMax).map((group) => (
            <tr key={group.from}>
              <th scope="row">
                {group.to - group.from > 1 ? (
                  <button class="link" onClick={() => onOpen(group)}>
                    {group.label}
                  </button>
                ) : (
                  group.label || "the table"
                )}
              </th>
              {isGrouped && <td class="number">{count(group.to - group.from)}</td>}
              <td class="number">{count(group.files)}</td>
              <td class="number">{count(group.small)}</td>
              <td class="number">{bytes(group.bytes)}</td>
              <td class="number">{group.files ? bytes(group.bytes / group.files) : "–"}</td>
              <td>{group.formats.join(", ")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
