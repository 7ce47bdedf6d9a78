"""Gives each message an Idempotency-Key of its own, which the API's description can't demand."""

import re
import uuid

import schemathesis


@schemathesis.hook
def before_call(context, case, kwargs):
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[A-Za-z0-9_-]{1,64}", key):
        case.headers["Idempotency-Key"] = uuid.uuid4().hex
