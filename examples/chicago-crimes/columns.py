"""Which columns of a CSV file the demo counts, and the pipeline file for them."""

import collections
import itertools
import json
import re
import shutil

import producer

SAMPLE_ROWS = 2_000
TRUE, TRUTH = (
    {"true", "yes", "t", "y", "1"},
    {"true", "false", "yes", "no", "t", "f", "y", "n", "0", "1"},
)
PARTITIONS = ("year", "month", "day", "hour")


def is_number(text):
    return re.fullmatch(r"[-+]?[\d.,]+(e[-+]?\d+)?", text, re.IGNORECASE) is not None


def unique(names, otherwise):
    """`names`, with empty and repeated ones made unique."""
    seen, out = set(), []
    for number, name in enumerate(names, 1):
        name, again = name or f"{otherwise}{number}", 2
        while name in seen:
            name, again = f"{name}_{again}", again + 1
        seen.add(name)
        out.append(name)
    return out


def table_names(header):
    """Names for Athena: lower case, letters, digits and _; not those of the partitions."""
    names = [re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in header]
    return unique([name + "_" if name in PARTITIONS else name for name in names], "column_")


def guess_counted(header, rows):
    """The column whose words repeat most, which a person would chart; None when there is none."""
    best = None
    for at, name in enumerate(header):
        values = collections.Counter(row[at] for row in rows if at < len(row) and row[at])
        words = sum(
            count
            for value, count in values.items()
            if not is_number(value) and value.lower() not in TRUTH
        )
        if len(values) < 2 or words < len(rows) / 2 or len(values) > max(2, len(rows) / 2):
            continue
        score = (len(values) > 100, abs(len(values) - 12))  # about as many as a chart shows well
        if best is None or score < best[0]:
            best = (score, name, len(values))
    return best and best[1:]


def guess_flag(header, rows):
    """The first column of true and false; None when there is none."""
    for at, name in enumerate(header):
        values = {row[at].lower() for row in rows if at < len(row) and row[at]}
        if len(values) == 2 and values <= TRUTH:
            return name
    return None


class Columns:
    """`counted` is the column whose values the windows, the view and the chart count; `flag` the
    one whose true rows the chart's line counts.
    """

    def __init__(self, path, counted=None, flag=None):
        rows = list(itertools.islice(producer.read_rows(path), 1 + SAMPLE_ROWS))
        if len(rows) < 2:
            raise SystemExit(f"demo: {path} has no row below its header")
        self.header = unique(rows[0], "Column ")
        sample = rows[1:]
        for option, name in (("--count", counted), ("--flag", flag)):
            if name is not None and name not in self.header:
                raise SystemExit(
                    f"demo: {option}: {path} has no column {name!r}; its columns are "
                    f"{', '.join(self.header)}"
                )
        self.is_article = (
            {"Location Description", "Arrest"} <= set(self.header) and not counted and not flag
        )
        if self.is_article:
            self.counted, self.flag = "Location Description", "Arrest"
            return
        self.counted, self.flag = counted, flag or guess_flag(self.header, sample)
        if not counted:
            found = guess_counted(self.header, sample)
            if not found:
                raise SystemExit(
                    f"demo: no column of {path} looks like one to count; name one with "
                    f"--count COLUMN: {', '.join(self.header)}"
                )
            self.counted = found[0]
            print(
                f"demo: counting the values of '{self.counted}' ({found[1]} in the first "
                f"{len(sample)} rows); --count COLUMN chooses another"
            )
        if self.flag and not flag:
            print(
                f"demo: the chart's line counts the rows in which '{self.flag}' is true; "
                "--flag COLUMN chooses another"
            )

    @classmethod
    def of_the_article(cls, header):
        made = cls.__new__(cls)
        made.header, made.is_article, made.counted, made.flag = (
            list(header),
            True,
            "Location Description",
            "Arrest",
        )
        return made

    @property
    def bars(self):
        return "crimes" if self.is_article else "total"

    @property
    def lines(self):
        """The name of the line's column; None without one."""
        if self.is_article:
            return "arrests"
        return "flagged" if self.flag else None

    def fits(self, row):
        """A row as wide as the header, on one line: a line of the lake is a row."""
        row = (row + [""] * len(self.header))[: len(self.header)]
        return [
            " ".join(cell.splitlines()) if "\n" in cell or "\r" in cell else cell for cell in row
        ]

    def is_true(self, row):
        return bool(self.flag) and row[self.header.index(self.flag)].lower() in TRUE

    def pipeline(self, file, directory):
        """A copy of the pipeline file and its files for these columns; known names keep their
        types.
        """
        here, text, names = file.parent, file.read_text(), table_names(self.header)
        types = dict(re.findall(r"- \{name: (.*), type: (.*)\}", text)) if self.is_article else {}
        stream = "".join(
            f"        - {{name: {json.dumps(name)}, type: {types.get(name, 'VARCHAR(4096)')}}}\n"
            for name in self.header
        )
        table = "".join(f"      {json.dumps(name)}: string\n" for name in names)
        text = re.sub(r"(?: +- \{name: .*, type: .*\}\n)+", lambda _: stream, text)
        text = re.sub(r"(?: +\w+: string.*\n)+(?=    partitions)", lambda _: table, text)
        column = names[self.header.index(self.counted)]
        flag = names[self.header.index(self.flag)] if self.flag else None
        line = (
            f""", SUM(CASE WHEN lower("{flag}") IN ('true', 'yes', 't', 'y', '1') """
            f"THEN 1 ELSE 0 END) AS {self.lines}"
            if flag
            else ""
        )
        text = re.sub(
            r"    sql: SELECT location_description AS place.*",
            lambda _: (
                f'    sql: SELECT "{column}" AS place, COUNT(*) AS {self.bars}{line} FROM '
                f'crimes.reports GROUP BY "{column}"'
            ),
            text,
        )
        columns = ", ".join(name for name in (self.bars, self.lines) if name)
        text = re.sub(
            r"SELECT place, crimes, arrests FROM crimes.top_places ORDER BY crimes",
            f"SELECT place, {columns} FROM crimes.top_places ORDER BY {self.bars}",
            text,
        )
        text = text.replace("bars: [crimes]", f"bars: [{self.bars}]").replace(
            "    lines: [arrests]\n", f"    lines: [{self.lines}]\n" if self.lines else ""
        )
        if not self.is_article:
            text = text.replace(
                "name: Crimes and arrests by place",
                f"name: {json.dumps('Rows by ' + self.counted)}",
            )
        for name in ("preprocess.py", "partitions.py", "optimize.sql"):
            shutil.copy(here / name, directory)
        (directory / "top_locations.sql").write_text(
            self.sql((here / "top_locations.sql").read_text())
        )
        (directory / file.name).write_text(text)
        return directory / file.name

    def sql(self, text):
        if self.is_article:
            return text
        text = text.replace('"Location Description"', '"' + self.counted.replace('"', '""') + '"')
        text = text.replace("'Location Description'", "'" + self.counted.replace("'", "''") + "'")
        return (
            text.replace('"LOCATION"', '"ITEM"')
            .replace('"CRIMES"', '"TOTAL"')
            .replace("VARCHAR(128)", "VARCHAR(4096)")
        )
