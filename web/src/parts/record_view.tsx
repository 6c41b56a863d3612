// Bytes in the form that the user chooses: user records of an aggregate, JSON, CSV, text, hex. All
// as text nodes, never as markup.
import { useMemo, useState } from "preact/hooks";
import type { UserRecord } from "../stream_api";
import {
  csvTable,
  fromBase64,
  hexDump,
  hexMax,
  oneLine,
  prettyJson,
  preview,
  shorten,
  textMax,
  utf8,
  views,
  visible,
  type View,
} from "./bytes";
import { bytes as sized, count } from "./format";

const names: Record<View, string> = {
  users: "Deaggregated",
  json: "JSON",
  csv: "CSV",
  text: "Text",
  hex: "Hex",
};
const delimiters: Record<string, string> = {
  ",": "commas",
  "\t": "tabs",
  ";": "semicolons",
  "|": "bars",
};

interface Props {
  data: Uint8Array;
  size: number;
  users?: UserRecord[];
  usersTotal?: number;
  label?: string;
}

export function RecordView({ data, size, users, usersTotal, label = "Record" }: Props) {
  const isCut = data.length < size;
  const offered = useMemo(() => views(data, isCut, !!users), [data]);
  const [chosen, setChosen] = useState<View | null>(null);
  const view = chosen && offered.all.includes(chosen) ? chosen : offered.first;
  return (
    <div class="stack tight">
      <div class="row" role="group" aria-label={`${label} as`}>
        {offered.all.map((one) => (
          <button class="tab" aria-pressed={view === one} onClick={() => setChosen(one)}>
            {names[one]}
          </button>
        ))}
        {isCut && (
          <span class="soft">
            the first {sized(data.length)} of {sized(size)}
          </span>
        )}
      </div>
      {view === "users" ? (
        <Users users={users!} total={usersTotal ?? users!.length} />
      ) : (
        <Shown data={data} isCut={isCut} view={view} label={label} />
      )}
    </div>
  );
}

function Shown({
  data,
  isCut,
  view,
  label,
}: {
  data: Uint8Array;
  isCut: boolean;
  view: Exclude<View, "users">;
  label: string;
}) {
  const shown = useMemo(() => {
    if (view === "hex")
      return {
        text: hexDump(data),
        note: data.length > hexMax ? `the first ${sized(hexMax)}` : "",
      };
    const text = utf8(data, isCut) ?? "";
    if (view === "json") {
      const json = prettyJson(text);
      return {
        text: visible(json?.text ?? ""),
        note: [
          json && json.documents > 1 ? `${count(json.documents)} documents` : "",
          json?.cut ? "cut" : "",
        ]
          .filter(Boolean)
          .join(", "),
      };
    }
    const { text: short, cut } = shorten(text, textMax);
    return { text: visible(short), note: cut ? `the first ${count(textMax)} characters` : "" };
  }, [data, view]);
  if (view === "csv") return <Csv text={utf8(data, isCut) ?? ""} label={label} />;
  return (
    <>
      {shown.note && <p class="soft">{shown.note}</p>}
      <pre
        class="bytes"
        dir="ltr"
        tabIndex={0}
        role="region"
        aria-label={`${label} as ${names[view]}`}
        data-testid="bytes"
      >
        {shown.text || <span class="null">empty</span>}
      </pre>
    </>
  );
}

function Csv({ text, label }: { text: string; label: string }) {
  const table = useMemo(() => csvTable(text), [text]);
  if (!table) return null;
  return (
    <>
      <p class="soft">
        {count(table.rows.length)} row{table.rows.length === 1 ? "" : "s"}, {table.rows[0].length}{" "}
        columns between {delimiters[table.delimiter]}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label={`${label} as CSV`}>
        <table class="result" data-testid="csv">
          <thead>
            <tr>
              {table.rows[0].map((_, at) => (
                <th scope="col">{at + 1}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row) => (
              <tr>
                {row.map((cell) => (
                  <td>
                    <bdi>{oneLine(cell)}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Users({ users, total }: { users: UserRecord[]; total: number }) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <>
      <p class="soft">
        {count(total)} user record{total === 1 ? "" : "s"}
        {total > users.length ? `, the first ${count(users.length)} here` : ""}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="User records">
        <table data-testid="users">
          <thead>
            <tr>
              <th scope="col" class="number">
                No.
              </th>
              <th scope="col">Partition key</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Begins with</th>
            </tr>
          </thead>
          <tbody>
            {users.map((user, at) => (
              <tr class={at === open ? "chosen" : ""}>
                <td class="number">
                  <button
                    class="link"
                    aria-pressed={at === open}
                    aria-label={`User record ${at + 1}`}
                    onClick={() => setOpen(at === open ? null : at)}
                  >
                    {at + 1}
                  </button>
                </td>
                <td class="key">
                  <bdi
                    title={
                      user.explicit_hash_key
                        ? `explicit hash key ${oneLine(user.explicit_hash_key)}`
                        : ""
                    }
                  >
                    {oneLine(user.partition_key)}
                  </bdi>
                </td>
                <td class="number">{sized(user.size)}</td>
                <td class="key mono">
                  <bdi>{preview(fromBase64(user.data.slice(0, 160)), user.size)}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open !== null && (
        <RecordView
          key={open}
          label={`User record ${open + 1}`}
          data={fromBase64(users[open].data)}
          size={users[open].size}
        />
      )}
    </>
  );
}
