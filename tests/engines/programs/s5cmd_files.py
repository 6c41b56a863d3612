import os
import pathlib
import subprocess
import sys
import tempfile

from dataset import BUCKET, ENDPOINT, KEY, REGION, SECRET

tool = pathlib.Path(sys.executable).parent / "s5cmd"
environment = {
    **os.environ,
    "AWS_ACCESS_KEY_ID": KEY,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "AWS_REGION": REGION,
}


def s5(*words, status=0):
    done = subprocess.run(
        [tool, "--endpoint-url", ENDPOINT, *map(str, words)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )
    assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


with tempfile.TemporaryDirectory() as folder:
    here = pathlib.Path(folder)
    for year in (2025, 2026):
        for part in range(12):
            path = here / "in" / f"year={year}" / f"part-{part}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{year},{part}\n" * 1000)
    large = os.urandom(23 * 2**20)
    (here / "large.bin").write_bytes(large)
    s5("cp", f"{here}/in/", f"s3://{BUCKET}/s5/")
    assert len(s5("ls", f"s3://{BUCKET}/s5/*").splitlines()) == 24
    s5("cp", "--part-size", "5", here / "large.bin", f"s3://{BUCKET}/s5/large.bin")
    s5(
        "cp",
        "--part-size",
        "5",
        "--concurrency",
        "4",
        f"s3://{BUCKET}/s5/large.bin",
        here / "back.bin",
    )
    assert (here / "back.bin").read_bytes() == large
    assert s5("cat", f"s3://{BUCKET}/s5/year=2025/part-3.csv") == "2025,3\n" * 1000
    assert "24" in s5("du", f"s3://{BUCKET}/s5/year=*") or "objects" in s5(
        "du", f"s3://{BUCKET}/s5/year=*"
    )
    (here / "in" / "year=2025" / "part-0.csv").write_text("changed and longer than before\n" * 1000)
    assert "part-0.csv" in s5("sync", f"{here}/in/", f"s3://{BUCKET}/s5/")
    assert s5("cat", f"s3://{BUCKET}/s5/year=2025/part-0.csv").startswith("changed")
    assert s5("sync", "--size-only", f"{here}/in/", f"s3://{BUCKET}/s5/") == ""
    s5("cp", "--no-clobber", here / "large.bin", f"s3://{BUCKET}/s5/year=2025/part-0.csv")
    assert s5("cat", f"s3://{BUCKET}/s5/year=2025/part-0.csv").startswith("changed")
    s5("mv", f"s3://{BUCKET}/s5/large.bin", f"s3://{BUCKET}/s5-moved/large.bin")
    s5("cp", f"s3://{BUCKET}/s5/year=2026/*", f"s3://{BUCKET}/s5-copied/")
    s5("cat", f"s3://{BUCKET}/s5/large.bin", status=1)
    s5("rm", f"s3://{BUCKET}/s5/year=2025/*")
    assert (
        len(s5("ls", f"s3://{BUCKET}/s5/*").splitlines()) == 12
        and len(s5("ls", f"s3://{BUCKET}/s5-copied/*").splitlines()) == 12
    )
