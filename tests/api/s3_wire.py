"""S3 without an SDK: what boto3 would not send, or would not show."""

import http.client

import botocore.exceptions
import pytest


def ask(freshet, method, path, headers=None, body=None):
    """(status, headers in lower case, body)"""
    connection = http.client.HTTPConnection("127.0.0.1", freshet.port, timeout=60)
    connection.request(method, path, body=body, headers=headers or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content


def refusal(call, **arguments):
    """(status, code) of an error; the code of a HEAD is its status."""
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call(**arguments)
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def status_of(answer):
    return answer["ResponseMetadata"]["HTTPStatusCode"]
