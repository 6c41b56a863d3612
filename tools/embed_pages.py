"""Writes OUT.cpp, the table of the files in DIR (each with its .br beside it): `embed_pages.py DIR
OUT.cpp`.

The bytes are taken in by the assembler, so that the compiler does not parse a megabyte of
literals.
"""

import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


def main():
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    files = sorted(path for path in folder.iterdir() if path.suffix in TYPES)
    lines = [
        "// Made by tools/embed_pages.py from the bundle of web/.",
        '#include "console/pages.h"',
        "",
    ]
    rows = []
    for number, path in enumerate(files):
        views = []
        for kind, source in (("plain", path), ("brotli", path.with_name(path.name + ".br"))):
            symbol = f"freshet_page_{number}_{kind}"
            digest = hashlib.sha256(source.read_bytes()).hexdigest()[
                :16
            ]  # the file's content belongs to this one's
            lines.append(
                f'asm(".section .rodata\\n.globl {symbol}\\n.globl '
                f"{symbol}_end\\n{symbol}:\\n.incbin "
                f'\\"{source}\\"\\n{symbol}_end:\\n.previous\\n");  // {digest}'
            )
            lines.append(f'extern "C" const char {symbol}[], {symbol}_end[];')
            views.append(
                f"std::string_view({symbol}, static_cast<std::size_t>({symbol}_end - {symbol}))"
            )
        rows.append(f'        {{"{path.name}", "{TYPES[path.suffix]}", {views[0]}, {views[1]}}},')
    lines += [
        "",
        "namespace freshet::console {",
        "",
        "const Page* find_page(std::string_view name) {",
        "    static const Page pages[] = {",
        *rows,
        "    };",
        "    for (const Page& page : pages) {",
        "        if (page.name == name) return &page;",
        "    }",
        "    return nullptr;",
        "}",
        "",
        "}  // namespace freshet::console",
        "",
    ]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("\n".join(lines))


if __name__ == "__main__":
    main()
