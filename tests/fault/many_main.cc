// A withdrawal of very many queued referrals: see --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tests/fault/withdraw_many.h"

namespace amana::tests {
namespace {

constexpr char kHelp[] =
    R"(Queues many referrals under one consent, for a unit whose receiver is not connected, withdraws
the consent while 4 other clients submit without pause, and looks what becomes of them.

  answer_ms        the withdrawal, until its answer
  withheld_s       from its event to the last delivery's WITHHELD, by the log
  erased_s         from its event to the last referral's erasure, by the log
  leasable_after   what could still be leased: deliveries that a receiver got who connects when the
                   answer has come, with all the credit there is, and leases in the log above the
                   withdrawal; must be 0. One more referral, under another consent, must reach it.
  blocked          tasks that became BLOCKED_CONSENT, by the log; must be all
  withheld         deliveries that became WITHHELD, by the log; must be all
  erased           referrals whose sections and wraps were erased, by the log; must be all
  still_open       referrals that ListReferrals calls OPEN at the end; must be 0
  p50, p99         of the others' Submit: 5 s before, from the withdrawal until all are withheld
                   and erased, and 5 s after

Exit 1 when one of the musts is not so or a call failed. How long anything took is not judged.)";

nlohmann::ordered_json ToJson(const WithdrawManyOptions& options,
                              const WithdrawManyResult& result) {
  return {{"queued", options.queued},
          {"answer_ms", result.answer_ms},
          {"withheld_s", result.withheld_s},
          {"erased_s", result.erased_s},
          {"leasable_after", result.leasable_after},
          {"blocked", result.blocked},
          {"withheld", result.withheld},
          {"erased", result.erased},
          {"still_open", result.still_open},
          {"p50_before_ms", result.before.p50_ms},
          {"p99_before_ms", result.before.p99_ms},
          {"p50_during_ms", result.during.p50_ms},
          {"p99_during_ms", result.during.p99_ms},
          {"p50_after_ms", result.after.p50_ms},
          {"p99_after_ms", result.after.p99_ms},
          {"calls_before", result.before.calls},
          {"calls_during", result.during.calls},
          {"calls_after", result.after.calls}};
}

int Main(int argc, char** argv) {
  WithdrawManyOptions options;
  double window = 5;
  bool json = false;
  CLI::App app(kHelp, "withdraw-many");
  app.add_option("--queued", options.queued, "Referrals")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  app.add_option("--window", window, "Seconds of load measured before and after")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 600.0));
  app.add_flag("--json", json, "Print one line of JSON");
  CLI11_PARSE(app, argc, argv);
  options.window = absl::Seconds(window);
  const absl::StatusOr<WithdrawManyResult> result = WithdrawMany(options).Run();
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    return 1;
  }
  const nlohmann::ordered_json report = ToJson(options, *result);
  if (json) {
    std::puts(report.dump().c_str());
  } else {
    for (const auto& [key, value] : report.items()) {
      std::printf("%-16s %s\n", key.c_str(), value.dump().c_str());
    }
  }
  const bool good = result->leasable_after + result->still_open == 0 &&
                    result->blocked == options.queued && result->withheld == options.queued &&
                    result->erased == options.queued;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace amana::tests

int main(int argc, char** argv) { return amana::tests::Main(argc, argv); }
