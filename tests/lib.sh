# Stages, counting and reporting, shared by tests/run and tests/full. Sourced, in the root folder.
# shellcheck shell=bash

jobs="$(nproc)"
logs=build/logs
passed=0
failed=0
seconds_by_stage=()
failures=()
exec </dev/null
mkdir -p "$logs"
export CTEST_OUTPUT_ON_FAILURE=1 GTEST_COLOR=no CLICOLOR=0 NO_COLOR=1
# Halt on the first report; what is suppressed is named, by library, in tests/lint/*.supp.
export ASAN_OPTIONS=halt_on_error=1:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LSAN_OPTIONS="suppressions=$PWD/tests/lint/lsan.supp:print_suppressions=0"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:suppressions=$PWD/tests/lint/tsan.supp"

note_time() {  # name, start in seconds
  local seconds=$((SECONDS - $2))
  seconds_by_stage+=("$(printf '%6d s  %s' "$seconds" "$1")")
}

# Runs a command with its output in build/logs/NAME.log; a failure counts as one and shows the log's end.
stage() {  # name command...
  local name="$1" start=$SECONDS rc=0
  shift
  "$@" >"$logs/$name.log" 2>&1 || rc=$?
  note_time "$name" "$start"
  if [[ $rc -ne 0 ]]; then
    failed=$((failed + 1))
    failures+=("stage $name (exit $rc)")
    echo "FAILED $name (exit $rc), $logs/$name.log ends:"
    tail -n 60 "$logs/$name.log" | sed 's/^/    /'
    return 1
  fi
  echo "ok     $name ($((SECONDS - start)) s)"
}

install_npm() {
  local stamp=node_modules/.amana-lock
  cmp -s package-lock.json "$stamp" && return 0
  npm ci --no-audit --no-fund --loglevel=error && cp package-lock.json "$stamp"
}

configure() { cmake --preset "$1"; }  # preset

# Builds a preset, going on after errors; with a filter, only the targets of tests that match it.
build() {  # preset [filter]
  local dir="build/$1" targets=()
  if [[ -n "${2:-}" ]]; then
    mapfile -t targets < <(comm -12 \
      <(ctest --test-dir "$dir" -N -R "$2" | sed -n 's/^ *Test *#[0-9]*: //p' | sort) \
      <(ninja -C "$dir" -t targets all | sed -n 's/: phony$//p' | sort))
  fi
  ninja -C "$dir" -k 0 -j "$jobs" "${targets[@]}"
}

# The target exists only where something was declared with amana_fuzz.
build_fuzzers() {
  ! ninja -C build/fuzz -t targets all | grep -q '^fuzzers:' || ninja -C build/fuzz -j "$jobs" fuzzers
}

# ThreadSanitizer needs its part of the address space free.
unrandomised() {
  if setarch -R true 2>/dev/null; then setarch -R "$@"; else "$@"; fi
}

# Runs ctest and counts its tests.
run_ctest() {  # preset ctest-options...
  local preset="$1" start=$SECONDS log="$logs/$1-ctest.log" good bad total rc=0
  shift
  unrandomised ctest --test-dir "build/$preset" -j "$jobs" --no-tests=ignore "$@" >"$log" 2>&1 || rc=$?
  note_time "$preset-ctest" "$start"
  read -r bad total < <(sed -n 's/.*, \([0-9]*\) tests\? failed out of \([0-9]*\)$/\1 \2/p' "$log")
  if [[ -z ${total:-} ]]; then
    # Where nothing matches, ctest passes and says nothing.
    [[ $rc -eq 0 ]] && { echo "ok     $preset-ctest (no tests)"; return; }
    bad=1 total=1
  fi
  good=$((total - bad))
  passed=$((passed + good)) failed=$((failed + bad))
  if [[ $bad -eq 0 ]]; then
    echo "ok     $preset-ctest: $good passed ($((SECONDS - start)) s)"
    return
  fi
  echo "FAILED $preset-ctest: $good passed, $bad failed, $log ends:"
  while read -r line; do
    failures+=("$preset $line")
  done < <(sed -n '/^The following tests FAILED/,$s/^\t *[0-9]* - //p' "$log")
  grep -E '\(Failed\)|\*\*\*|FAILED|Failure|rror:|WARNING: ThreadSan' "$log" | head -n 40 | sed 's/^/    /'
  echo "    ..."
  tail -n 40 "$log" | sed 's/^/    /'
}

# Each lint is a program tests/lint/NAME: exit 0 is a pass, anything else a failure.
lints() {  # filter name...
  local filter="$1" name
  shift
  for name in "$@"; do
    [[ -z $filter || "lint-$name" =~ $filter ]] || continue
    stage "lint-$name" "tests/lint/$name" && passed=$((passed + 1))
  done
}

finish() {
  echo
  echo "Seconds by stage ($SECONDS s in all):"
  printf '%s\n' "${seconds_by_stage[@]}"
  if [[ ${#failures[@]} -gt 0 ]]; then
    echo "Failed:"
    printf '  %s\n' "${failures[@]}"
  fi
  echo "$passed passed, $failed failed"
  [[ $failed -eq 0 ]]
  exit
}
