// A Python module that replaces the compiled half of awslambdaric (PyPI), which exists for the
// build's Python only. It speaks the Lambda Runtime API (2018-06-01) with the standard library.
#pragma once

namespace freshet::functions {

inline constexpr const char* runtime_client_py = R"(# Written by Freshet at each start.
import http.client
import os

_connection = None
_agent = ""


def initialize_client(user_agent):
    global _agent
    _agent = user_agent


def _call(method, path, body=None, headers=None, expected=202):
    global _connection
    if _connection is None:
        _connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    headers = {"User-Agent": _agent, **{name: value for name, value in (headers or {}).items() if value}}
    try:
        _connection.request(method, "/2018-06-01/runtime/invocation/" + path, body, headers)
        answer = _connection.getresponse()
        content = answer.read()
    except BaseException:
        _connection.close()
        _connection = None
        raise
    if answer.status != expected:
        raise RuntimeError("The Runtime API answered %d: %s" % (answer.status, content.decode(errors="replace")))
    return content, answer.headers


def next():
    return _call("GET", "next", expected=200)


def post_invocation_result(invoke_id, data, content_type="application/json", invocation_id=None):
    _call("POST", invoke_id + "/response", data, {"Content-Type": content_type, "Lambda-Runtime-Invocation-Id": invocation_id})


def post_error(invoke_id, error, xray_fault="", invocation_id=None):
    _call("POST", invoke_id + "/error", error.encode() if isinstance(error, str) else error,
          {"Content-Type": "application/json", "Lambda-Runtime-Function-XRay-Error-Cause": xray_fault,
           "Lambda-Runtime-Invocation-Id": invocation_id})
)";

}  // namespace freshet::functions
