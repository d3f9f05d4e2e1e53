#!/usr/bin/env python3
"""Submits a case to the adapter's local API and follows it; standard library only.

    AMANA_API=http://127.0.0.1:8700 AMANA_TOKEN_FILE=token ./amana_api.py case.json KEY
"""

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request


def call(method, path, body=None):
    with open(os.environ["AMANA_TOKEN_FILE"], encoding="ascii") as f:
        token = f.read().strip()
    request = urllib.request.Request(
        os.environ["AMANA_API"] + path, method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        # What is wrong is named by reason and field.
        sys.exit(f"{method} {path}: {refused.code} {refused.read().decode()}")


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        case = json.load(f)
    case["key"] = sys.argv[2]
    taken = call("POST", "/v1/items", case)
    # The same again, after a crash of this program for example, is the same item.
    assert call("POST", "/v1/items", case)["referral"] == taken["referral"]
    followed = call("GET", "/v1/items?key=" + urllib.parse.quote(case["key"], safe=""))
    print(followed["state"], followed["referral"])
    for item in call("GET", "/v1/inbox")["items"]:
        opened = call("GET", f"/v1/inbox/{item['id']}")
        print(item["urgency"], item["service"], sorted(opened["facts"]))
        call("POST", f"/v1/inbox/{item['id']}/answer",
             {"key": f"{sys.argv[2]}-seen-{item['id']}", "kind": "SEEN"})


if __name__ == "__main__":
    main()
