#!/bin/sh
# Submits a case to the adapter's local API and follows it, with curl.
#
#     AMANA_API=http://127.0.0.1:8700 AMANA_TOKEN_FILE=token ./amana_api.sh case.json KEY
#
# On a unix socket: AMANA_API=http://localhost AMANA_SOCKET=/run/amana/api.sock
set -eu
call() {
  # The token goes in by a file descriptor: arguments can be read by others on this machine.
  printf 'header = "Authorization: Bearer %s"\n' "$(cat "$AMANA_TOKEN_FILE")" |
    curl --silent --show-error --fail-with-body --max-time 30 --config - \
      ${AMANA_SOCKET:+--unix-socket "$AMANA_SOCKET"} "$@"
}
body="$(mktemp)"
trap 'rm -f "$body"' EXIT
sed "s|\"key\": \"[^\"]*\"|\"key\": \"$2\"|" "$1" > "$body"
call --data-binary "@$body" "$AMANA_API/v1/items"
call --get --data-urlencode "key=$2" "$AMANA_API/v1/items"
call "$AMANA_API/v1/inbox"
