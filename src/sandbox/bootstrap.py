"""Runs a Python handler: asks for events over the Lambda Runtime API and gives back its answers.
Standard library only; speaks as the managed runtime does. python3 bootstrap.py module.handler"""
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

ROOT = "/2018-06-01/runtime/"
api = None


def ask(method, path, body=None, headers={}):
    global api
    for last in (False, True):
        if api is None:
            api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
        try:
            api.request(method, ROOT + path, body, headers)
            answer = api.getresponse()
            return answer, answer.read()
        except (OSError, http.client.HTTPException):
            api.close()
            api = None
            if last:
                os._exit(1)


class Identity:
    cognito_identity_id = cognito_identity_pool_id = None


class Context:
    def __init__(self, headers):
        env = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = env["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = env["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = env["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = env["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = Identity()
        client = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = json.loads(client) if client else None
        self._end = time.monotonic() + int(headers["Lambda-Runtime-Time-Max-Ms"]) / 1000

    def get_remaining_time_in_millis(self):
        return max(0, int((self._end - time.monotonic()) * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class RequestId(logging.Filter):
    value = ""

    def filter(self, record):
        record.aws_request_id = RequestId.value
        return True


def set_up_logging():
    handler = logging.StreamHandler(sys.stdout)
    form = logging.Formatter("[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    handler.setFormatter(form)
    handler.addFilter(RequestId())
    logging.getLogger().addHandler(handler)


def failure(kind, message, request_id="", frames=()):
    lines = "".join(frames)
    print(f"[ERROR] {kind}: {message}" + (f"\nTraceback (most recent call last):\n{lines}" if lines else ""))
    return json.dumps({"errorMessage": message, "errorType": kind, "requestId": request_id, "stackTrace": list(frames)}).encode()


def give_up(kind, message, frames=()):
    body = failure(kind, message, "", frames)
    sys.stdout.flush()
    ask("POST", "init/error", body, {"Lambda-Runtime-Function-Error-Type": kind, "Content-Type": "application/json"})
    os._exit(1)


def load(name):
    module, dot, function = name.rpartition(".")
    if not dot:
        give_up("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    try:
        loaded = importlib.import_module(module.replace("/", "."))
    except ImportError as error:
        give_up("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}")
    except SyntaxError as error:
        give_up("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}")
    except BaseException as error:
        give_up(type(error).__name__, str(error), traceback.format_tb(error.__traceback__))
    if not hasattr(loaded, function):
        give_up("Runtime.HandlerNotFound", f"Handler '{function}' missing on module '{module}'")
    return getattr(loaded, function)


def call(handler, headers, body):
    """(verb, body, headers) of the answer."""
    request_id = RequestId.value = headers["Lambda-Runtime-Aws-Request-Id"]
    try:
        try:
            event = json.loads(body)
        except ValueError as error:
            return "error", failure("Runtime.UnmarshalError", f"Unable to unmarshal input: {error}", request_id)
        result = handler(event, Context(headers))
        try:
            return "response", json.dumps(result, ensure_ascii=False).encode("utf-8")
        except (TypeError, ValueError) as error:
            return "error", failure("Runtime.MarshalError", f"Unable to marshal response: {error}", request_id)
    except Exception as error:
        return "error", failure(type(error).__name__, str(error), request_id, traceback.format_tb(error.__traceback__)[1:])


def main():
    mark = os.dup(1)
    sys.stdout.reconfigure(line_buffering=False, errors="replace")
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    set_up_logging()
    handler = load(sys.argv[1])
    while True:
        answer, body = ask("GET", "invocation/next")
        if answer.status != 200:
            os._exit(1)
        verb, result = call(handler, answer.headers, body)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except (OSError, ValueError):
                pass
        os.write(mark, b"\x1e")  # the lines of this call are complete
        ask("POST", f"invocation/{RequestId.value}/{verb}", result, {"Content-Type": "application/json"})


main()
