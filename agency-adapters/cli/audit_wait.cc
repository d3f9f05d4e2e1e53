#include "absl/time/clock.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr absl::Duration kPause = absl::Milliseconds(200);

struct Options {
  uint64_t index = 0;
  std::string timeout = "60s", out;
  bool witnessed = false;
};

// NOT_WITNESSED while the time is not over is not an answer yet.
absl::StatusOr<v1::Receipt> WaitForReceipt(Context& context, uint64_t index, absl::Time until) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetReceiptRequest request;
  request.set_index(index);
  request.set_witnessed(true);
  while (true) {
    absl::StatusOr<v1::GetReceiptResponse> response = client->Call(sdk::kGetReceipt, request);
    if (response.ok()) return std::move(*response->mutable_receipt());
    const bool later = ErrorReason(response.status()) == "NOT_WITNESSED";
    if (!later || context.clock().Now() >= until || context.world().stop()) {
      return response.status();
    }
    absl::SleepFor(kPause);
  }
}

Result Run(Context& context, const Options& o) {
  if (!o.witnessed) return UsageError("--witnessed", "is what can be waited for");
  AMANA_ASSIGN_OR_RETURN(const absl::Duration timeout, DurationOption("--timeout", o.timeout));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  if (identity->witnesses().empty()) {
    return UsageError("witnesses", "agency.toml names none that would be believed here");
  }
  AMANA_ASSIGN_OR_RETURN(const v1::Receipt receipt,
                         WaitForReceipt(context, o.index, context.clock().Now() + timeout));
  AMANA_ASSIGN_OR_RETURN(const sdk::WitnessedReceipt witnessed,
                         sdk::VerifyWitnessed(receipt, identity->log(), identity->witnesses(),
                                              identity->witness_quorum()));
  const sdk::VerifiedReceipt& verified = witnessed.receipt;
  if (verified.index != o.index) {
    return MakeError(absl::StatusCode::kPermissionDenied, "RECEIPT_MISMATCH", "index",
                     "the proof is of another entry");
  }
  Report report;
  report.text = ToLine(verified.index, verified.event) + "WITNESSED: in the log " +
                Shown(verified.checkpoint.origin()) + " of size " +
                std::to_string(verified.checkpoint.size()) + ", which these have cosigned:\n";
  report.json = {{"index", verified.index},
                 {"event", ToJson(verified.event)},
                 {"state", "WITNESSED"},
                 {"size", verified.checkpoint.size()},
                 {"checkpoint", verified.checkpoint_note},
                 {"witnesses", Json::array()}};
  for (const transparency::VerifiedSignature& by : witnessed.witnesses) {
    const absl::Time at = absl::FromUnixSeconds(static_cast<int64_t>(by.unix_seconds));
    report.text += "  " + Shown(by.key_name) + " at " +
                   absl::FormatTime(absl::RFC3339_sec, at, absl::UTCTimeZone()) + "\n";
    report.json["witnesses"].push_back({{"name", by.key_name}, {"unix_seconds", by.unix_seconds}});
  }
  if (!o.out.empty()) {
    AMANA_RETURN_IF_ERROR(
        RealFileSystem().CreateAtomically(o.out, receipt.SerializeAsString(), kPrivateFile));
    report.text += "wrote " + o.out + "\n";
    report.json["out"] = o.out;
  }
  return report;
}

}  // namespace

void RegisterAuditWait(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "wait", "Wait until witnesses have cosigned a log that has an event",
      "  amana audit wait 4711 --witnessed\n"
      "  amana audit wait 4711 --witnessed --timeout 5m --out event-4711.receipt\n"
      "LOGGED says that the broker has signed a log with the event; WITNESSED, that the witnesses\n"
      "named in agency.toml have seen that very log. Exit 1: not within the time.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("index", o.index, "The event's index in the log")->required();
        command.add_flag("--witnessed", o.witnessed, "Until enough witnesses have cosigned it");
        command.add_option("--timeout", o.timeout, "At most so long")->capture_default_str();
        command.add_option("--out", o.out, "File for the receipt (it shows the event's fields)");
      },
      Run);
}

}  // namespace amana::cli
