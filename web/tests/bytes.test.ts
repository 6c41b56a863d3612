import assert from "node:assert/strict";
import {
  csvRows,
  csvRowsMax,
  csvTable,
  fromBase64,
  hexDump,
  oneLine,
  prettyJson,
  preview,
  textMax,
  utf8,
  views,
  visible,
} from "../src/parts/bytes";

const bytes = (text: string) => new TextEncoder().encode(text);

export default {
  "bytes that are no UTF-8 are not read as text"() {
    assert.equal(utf8(bytes("grüße 🙂")), "grüße 🙂");
    assert.equal(utf8(new Uint8Array([0xff, 0xfe])), null);
    assert.equal(utf8(new Uint8Array([0xed, 0xa0, 0x80])), null);
    assert.equal(utf8(bytes("ab🙂").subarray(0, 4)), null);
    assert.equal(utf8(bytes("ab🙂").subarray(0, 4), true), "ab");
    assert.deepEqual([...fromBase64("AP8=")], [0, 255]);
  },
  "what cannot be seen is made visible"() {
    assert.equal(visible("a\u0000b\u001bc\u007f"), "a\u27e800\u27e9b\u27e81B\u27e9c\u27e87F\u27e9");
    assert.equal(visible("evil\u202egpj.exe"), "evil\u27e8U+202E\u27e9gpj.exe");
    assert.equal(
      visible("a\u200bb\ufeff\u2066\u2028"),
      "a\u27e8U+200B\u27e9b\u27e8U+FEFF\u27e9\u27e8U+2066\u27e9\u27e8U+2028\u27e9",
    );
    assert.equal(visible("x\u{e0041}y"), "x\u27e8U+E0041\u27e9y");
    assert.equal(visible("line\r\nnext\tcell 🙂 <b>&amp;"), "line\nnext\tcell 🙂 <b>&amp;");
    assert.equal(oneLine("a\nb\tc"), "a\u21b5b\u21e5c");
    assert.equal(preview(new Uint8Array([0, 255]), 2), "00 ff");
    assert.equal(preview(new Uint8Array([0, 1, 2]), 2), "00 01 02");
    assert.equal(preview(bytes("ab🙂").subarray(0, 4), 6), "ab");
  },
  "JSON keeps each token as it was sent"() {
    assert.equal(
      prettyJson(
        '{"id":12345678901234567890,"x":1.0,"a":[],"o":{ },"s":"a,\\"{b","n":[1,{"x":null}]}',
      )?.text,
      '{\n  "id": 12345678901234567890,\n  "x": 1.0,\n  "a": [],\n  "o": {},\n  "s": "a,\\"{b",\n  "n": [\n    1,\n    {\n      "x": null\n    }\n  ]\n}',
    );
    assert.equal(prettyJson('{"a":1,"a":2}')?.text, '{\n  "a": 1,\n  "a": 2\n}');
    assert.deepEqual(prettyJson('{"a":1}\n{"a":2}\n')?.documents, 2);
    for (const wrong of ["", "text", "12", '"a"', '{"a":', '{"a":1}\nno', '{"a":"\\"}'])
      assert.equal(prettyJson(wrong), null);
  },
  "JSON that is deep or long is cut, quickly"() {
    const deep = "[".repeat(5000) + "]".repeat(5000);
    const shown = prettyJson(deep);
    assert.ok(shown === null || shown.text.length <= textMax);
    const long = prettyJson(JSON.stringify(Array.from({ length: 100_000 }, (_, at) => ({ at }))));
    assert.ok(long!.cut && long!.text.length <= textMax);
    assert.ok(prettyJson(`[${" ".repeat(200_000)}]`) !== null);
  },
  "CSV is parted as RFC 4180 says"() {
    assert.deepEqual(csvRows('a,"b, ""c""",d\r\n1,"two\nlines",3\n', ","), [
      ["a", 'b, "c"', "d"],
      ["1", "two\nlines", "3"],
    ]);
    assert.deepEqual(csvRows(",\n", ","), [["", ""]]);
    assert.deepEqual(csvRows('"open', ","), [["open"]]);
    assert.equal(csvTable("a;b;c\n1;2;3")?.delimiter, ";");
    assert.equal(csvTable("a,b\n1,2,3"), null);
    assert.equal(csvTable("no columns here"), null);
    assert.equal(csvRows("a,b\n".repeat(10_000), ",").length, csvRowsMax);
  },
  "hex has sixteen bytes a line"() {
    assert.equal(
      hexDump(bytes("0123456789abcdef<")),
      "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef\n00000010  3c                                                <",
    );
  },
  "no bytes break a view, and none stays invisible"() {
    const seed = Date.now() % 1_000_000_007;
    let state = seed;
    const next = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    const bits = [
      "{",
      "}",
      "[",
      "]",
      '"',
      "\\",
      ",",
      ":",
      "\n",
      "\r",
      "\t",
      " ",
      "\u0000",
      "\u001b",
      "\u202e",
      "\u2066",
      "\ufeff",
      "<b>",
      "1e9",
      "null",
      "🙂",
      "é",
      "|",
      ";",
    ];
    for (let round = 0; round < 3000; round++) {
      const data = next(2)
        ? Uint8Array.from({ length: next(60) }, () => next(256))
        : bytes(Array.from({ length: next(30) }, () => bits[next(bits.length)]).join(""));
      for (const cut of [false, true]) {
        const { first, all } = views(data, cut, false);
        assert.ok(all.includes(first) && all.includes("hex"), `seed ${seed}`);
        const text = utf8(data, cut);
        const shown = [
          hexDump(data),
          preview(data, data.length + (cut ? 1 : 0)),
          visible(text ?? ""),
          visible(prettyJson(text ?? "")?.text ?? ""),
          ...(csvTable(text ?? "")
            ?.rows.flat()
            .map(oneLine) ?? []),
        ];
        for (const one of shown)
          assert.ok(
            !/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/.test(one),
            `seed ${seed}, round ${round}`,
          );
        const json = text === null || cut ? null : prettyJson(text);
        if (json?.documents === 1)
          assert.deepEqual(JSON.parse(json.text), JSON.parse(text!), `seed ${seed}`);
      }
    }
  },
  "each record is shown as what it is"() {
    const first = (data: string | Uint8Array, aggregates = false) =>
      views(typeof data === "string" ? bytes(data) : data, false, aggregates).first;
    assert.equal(first('{"a":1}'), "json");
    assert.equal(first("1,2,3\n"), "csv");
    assert.equal(first("hello, world"), "text");
    assert.equal(first("plain"), "text");
    assert.equal(first(""), "text");
    assert.equal(first(new Uint8Array([0, 1, 2, 255])), "hex");
    assert.equal(first(new Uint8Array([0, 1, 2, 3])), "hex");
    assert.equal(first(new Uint8Array([0xf3, 0x89, 0x9a, 0xc2]), true), "users");
    assert.deepEqual(views(bytes('{"a":1}'), false, false).all, ["json", "text", "hex"]);
    assert.deepEqual(views(bytes('{"a":1'), true, false).all, ["text", "hex"]);
  },
};
