"""TLS on the one port, with certificates that Freshet makes."""

import http.client
import os
import socket
import ssl
import stat
import subprocess
import threading

import boto3
import botocore.config
import pytest
from http2_wire import Http2Client


def authority(freshet, *arguments):
    result = subprocess.run(
        freshet.command("cert", "--data", freshet.directory / "data", *arguments),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def bundle(freshet, tmp_path):
    path = tmp_path / "authority.pem"
    path.write_text(authority(freshet))
    return path


def secure_client(freshet, service, bundle, host="localhost"):
    config = botocore.config.Config(
        retries={"max_attempts": 0}, read_timeout=60, s3={"addressing_style": "path"}
    )
    return boto3.client(
        service,
        endpoint_url=f"https://{host}:{freshet.port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        verify=str(bundle),
        config=config,
    )


def handshake(freshet, bundle, name="localhost", protocols=(), version=None):
    context = ssl.create_default_context(cafile=str(bundle))
    if protocols:
        context.set_alpn_protocols(list(protocols))
    if version:
        context.minimum_version = context.maximum_version = version
    with socket.create_connection(("127.0.0.1", freshet.port), timeout=30) as plain:
        with context.wrap_socket(plain, server_hostname=name) as secure:
            return (
                secure.selected_alpn_protocol(),
                secure.getpeercert(binary_form=True),
                secure.version(),
            )


def test_boto3_over_tls_and_plain_on_one_port(freshet, bundle):
    for host in ("localhost", "127.0.0.1"):
        kinesis = secure_client(freshet, "kinesis", bundle, host)
        name = "s-" + host
        kinesis.create_stream(StreamName=name, ShardCount=1)
        kinesis.put_record(StreamName=name, PartitionKey="k", Data=b"over tls")
        plain = freshet.client("kinesis")
        iterator = plain.get_shard_iterator(
            StreamName=name, ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        assert plain.get_records(ShardIterator=iterator)["Records"][0]["Data"] == b"over tls"
    s3 = secure_client(freshet, "s3", bundle)
    s3.create_bucket(Bucket="bucket")
    body = os.urandom(9 * 1024 * 1024)
    s3.put_object(Bucket="bucket", Key="k", Body=body)
    assert s3.get_object(Bucket="bucket", Key="k")["Body"].read() == body


def test_every_local_name_is_good_and_others_are_not(freshet, bundle):
    for name in ("localhost", "bucket.s3.localhost", "127.0.0.1"):
        handshake(freshet, bundle, name)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(freshet, bundle, "example.org")


def test_the_protocol_and_the_version_are_agreed_on(freshet, bundle):
    assert handshake(freshet, bundle, protocols=["h2", "http/1.1"])[0] == "h2"
    assert handshake(freshet, bundle, protocols=["http/1.1"])[0] == "http/1.1"
    assert handshake(freshet, bundle, protocols=["unheard-of"])[0] is None
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        assert handshake(freshet, bundle, version=version)[2] == version.name.replace("_", ".")


def test_names_from_the_configuration_are_in_the_certificate(make_freshet, tmp_path):
    config = tmp_path / "freshet.yaml"
    config.write_text("tls:\n  names: [streams.example.org, 10.1.2.3]\n")
    server = make_freshet(options=("--config", config))
    bundle = tmp_path / "authority.pem"
    bundle.write_text(authority(server, "--config", str(config)))
    for name in ("streams.example.org", "10.1.2.3", "localhost"):
        handshake(server, bundle, name)


def test_keys_are_their_owners_alone_and_outlive_a_restart(freshet, bundle):
    tls = freshet.directory / "data" / "tls"
    assert sorted(path.name for path in tls.iterdir()) == [
        "LOCK",
        "authority.key",
        "authority.pem",
        "server.key",
        "server.pem",
    ]
    for key in tls.glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = handshake(freshet, bundle)[1]
    freshet.restart()
    assert handshake(freshet, bundle)[1] == before


def test_a_running_server_takes_a_rotated_certificate(freshet, bundle):
    context = ssl.create_default_context(cafile=str(bundle))
    old = http.client.HTTPSConnection("localhost", freshet.port, context=context, timeout=30)
    old.request("GET", "/_freshet/health")
    old.getresponse().read()
    before = handshake(freshet, bundle)[1]
    assert "valid until" in authority(freshet, "rotate")
    after = handshake(freshet, bundle)[1]
    assert after != before, "the certificate is the old one"
    old.request("GET", "/_freshet/health")
    assert old.getresponse().read()
    authority(freshet, "rotate", "--authority")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(freshet, bundle)
    bundle.write_text(authority(freshet))
    handshake(freshet, bundle)


def test_install_says_what_it_does(freshet, tmp_path):
    (tmp_path / "store").mkdir()
    said = authority(freshet, "install", "--into", tmp_path / "store")
    assert str(tmp_path / "store" / "freshet.crt") in said
    assert (tmp_path / "store" / "freshet.crt").read_text() == authority(freshet)


def test_broken_handshakes_harm_nobody(freshet, bundle):
    for first in (
        b"\x16",
        b"\x16\x03\x01\x02\x00",
        b"\x16\x03\x01\xff\xff" + b"x" * 70_000,
        b"\x16\x03\x01\x00\x05hello",
    ):
        with socket.create_connection(("127.0.0.1", freshet.port), timeout=30) as connection:
            try:
                connection.sendall(first)
            except OSError:
                pass
    threads = [threading.Thread(target=handshake, args=(freshet, bundle)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "ok" in freshet.get("/_freshet/health")


def test_http2_is_known_beforehand_when_nothing_is_agreed_on(freshet, bundle):
    """The AWS SDK for Java v2, and with it the KCL and Flink, speaks HTTP/2 inside TLS without
    ALPN.
    """
    context = ssl.create_default_context(cafile=str(bundle))
    client = Http2Client(
        freshet.port, wrap=lambda plain: context.wrap_socket(plain, server_hostname="localhost")
    )
    assert client.socket.selected_alpn_protocol() is None
    assert client.call("Kinesis_20131202.ListStreams", {})[0] == 200
