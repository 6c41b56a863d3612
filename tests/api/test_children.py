"""Which descriptors the server's children inherit, and that a leftover child cannot block a
restart.
"""

import json
import os
import pathlib
import signal

from test_lambda import ROLE, zipped

LISTS = """
import os
def handler(event, context):
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = os.readlink("/proc/self/fd/" + name)
        except OSError:
            pass
    return found
"""

LEAVES_A_CHILD = """
import os, time
def handler(event, context):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    return True
"""


def call(server, source, name):
    client = server.client("lambda")
    client.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=ROLE,
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": zipped(source)},
    )
    return client.invoke(FunctionName=name)["Payload"].read()


def sockets_of_server(server):
    """The names of the sockets that the server's process has open."""
    found = set()
    for entry in pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir():
        try:
            found.add(os.readlink(entry))
        except OSError:
            pass
    return {name for name in found if name.startswith("socket:")}


def children_of(pid):
    return [
        int(child)
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def test_a_function_gets_standard_descriptors_alone(make_freshet):
    server = make_freshet(clock="system")
    server.client("s3").list_buckets()  # a connection that stays
    found = json.loads(call(server, LISTS, "lists"))
    # Besides 0 to 2, what the runtime opened itself: its connection to the server, and the listing.
    mine = sockets_of_server(server)
    assert {"0", "1", "2"} <= set(found) and found["0"] == "/dev/null"
    assert not mine & set(found.values())
    assert all(
        name.startswith(("socket:", "/proc/", "/dev/urandom"))
        for number, name in found.items()
        if int(number) > 2
    ), found


def test_a_query_worker_gets_its_own_socket_alone(make_freshet):
    server = make_freshet(clock="system")
    athena, s3 = server.client("athena"), server.client("s3")
    s3.create_bucket(Bucket="results")
    query = athena.start_query_execution(
        QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "s3://results/"}
    )["QueryExecutionId"]
    server.until(
        lambda: (
            athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]["State"]
            == "SUCCEEDED"
        )
    )
    workers = [
        child
        for child in children_of(server.process.pid)
        if "freshet-query" in os.readlink(f"/proc/{child}/exe")
    ]
    assert workers
    mine = sockets_of_server(server)
    for worker in workers:
        names = {os.readlink(entry) for entry in pathlib.Path(f"/proc/{worker}/fd").iterdir()}
        assert not mine & names
        assert not [name for name in names if "/data/" in name and "spill" not in name], names


def test_a_leftover_child_blocks_no_restart(make_freshet):
    server = make_freshet(clock="system")
    before = {path.name for path in pathlib.Path("/proc").iterdir() if path.name.isdigit()}
    assert call(server, LEAVES_A_CHILD, "leaves") == b"true"
    server.kill9()
    server.start()
    server.client("s3").list_buckets()
    # The one that was left, found by its being new and asleep in this test's function.
    for name in {
        path.name for path in pathlib.Path("/proc").iterdir() if path.name.isdigit()
    } - before:
        try:
            directory = os.readlink(f"/proc/{name}/cwd")
        except OSError:
            continue
        if directory.startswith(str(server.directory)) and int(name) != server.process.pid:
            os.kill(int(name), signal.SIGKILL)
