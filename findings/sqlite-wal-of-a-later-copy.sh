#!/usr/bin/env bash
# An older copy of a SQLite database takes the write-ahead log of a later copy: no error, a state that was never committed.
#
# Seen with SQLite 3.40.0 and 3.51.3 (apsw 3.40.0.0 and 3.51.3.0 on Python 3.11). A copy of the file was restored, and the -wal of
# the server that had been killed since lay beside it still:
# - The salts and checksums of the log hold its frames together; none of them says of which file it is. It is applied when the file
#   is opened, and moved into it when the last connection closes.
# - PRAGMA integrity_check and quick_check say "ok". What was moved into the later file before the log began is missing, what is in
#   the log is there: an account is credited, and the account that was debited for it is not.
# - A connection with immutable=1 sees the older file alone, whole; one that is closed with SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE leaves
#   both files as they were.
# So a restore takes away the log that is there (or puts back the one that was copied), and a program that wants to notice has to
# write which file a log belongs to by itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
cd "$folder"
for version in 3.40.0.0 3.51.3.0; do
  "$folder/venv/bin/pip" install -q --disable-pip-version-check "apsw==$version"
  "$folder/venv/bin/python" - <<'PYTHON'
import os
import shutil
import tempfile

import apsw

print("SQLite", apsw.sqlitelibversion())
place = tempfile.mkdtemp(dir=".")
later, older = f"{place}/later.db", f"{place}/older.db"
db = apsw.Connection(later)
db.execute("PRAGMA journal_mode = wal")
db.execute("CREATE TABLE accounts (id INTEGER PRIMARY KEY, cents INTEGER, note TEXT)")
db.execute("BEGIN")
for number in range(2_000):
    db.execute("INSERT INTO accounts VALUES (?, 1000, ?)", (number, "-" * 200))
db.execute("COMMIT")
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
shutil.copy(later, older)  # the copy: nothing is in a log

db.execute("UPDATE accounts SET cents = 0 WHERE id = 1")
db.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # as it happens by itself every thousand pages
db.execute("UPDATE accounts SET cents = 2000 WHERE id = 1999")
shutil.copy(f"{later}-wal", f"{older}-wal")  # a kill leaves it


def seen(connection):
    return [connection.execute("SELECT cents FROM accounts WHERE id = ?", (number,)).fetchall()[0][0] for number in (1, 1999)]


assert seen(db) == [0, 2000]
alone = apsw.Connection(f"file:{older}?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
assert seen(alone) == [1000, 1000]
alone.close()

before = open(older, "rb").read()
looking = apsw.Connection(older)
looking.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
assert seen(looking) == [1000, 2000]
looking.close()
assert open(older, "rb").read() == before and os.path.getsize(f"{older}-wal") > 0

mixed = apsw.Connection(older)
for check in ("integrity_check", "quick_check"):
    assert mixed.execute(f"PRAGMA {check}").fetchall() == [("ok",)]
assert seen(mixed) == [1000, 2000]
mixed.close()
assert open(older, "rb").read() != before and not os.path.exists(f"{older}-wal")
print("older file + later log: integrity_check ok, accounts 1 and 1999 have", seen(apsw.Connection(older)), "cents; committed were [1000, 1000] and [0, 2000]")
PYTHON
done
echo "as found"
