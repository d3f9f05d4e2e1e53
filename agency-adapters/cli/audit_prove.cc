#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  uint64_t index = 0;
  std::string referral, out;
  bool has_index = false;
};

// Kept with the referral when it was accepted: no link needed.
absl::StatusOr<v1::Receipt> KeptReceipt(Context& context, const std::string& referral) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         ReferralOption("--referral", referral, identity->agency()));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, sdk::Outbox(*mailbox).FindSubmission(key));
  if (entry.receipt.has_value()) return *entry.receipt;
  return MakeError(absl::StatusCode::kFailedPrecondition, "RECEIPT_MISSING", "--referral",
                   "the broker has not accepted it yet");
}

absl::StatusOr<v1::Receipt> AskForReceipt(Context& context, uint64_t index) {
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  v1::GetReceiptRequest request;
  request.set_index(index);
  AMANA_ASSIGN_OR_RETURN(const v1::GetReceiptResponse response,
                         client->Call(sdk::kGetReceipt, request));
  return response.receipt();
}

Result Run(Context& context, const Options& o) {
  if (o.has_index != o.referral.empty()) {
    return UsageError("index", "expected an index, or --referral, and not both");
  }
  AMANA_ASSIGN_OR_RETURN(const v1::Receipt receipt, o.has_index ? AskForReceipt(context, o.index)
                                                                : KeptReceipt(context, o.referral));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const sdk::VerifiedReceipt verified,
                         sdk::VerifyReceipt(receipt, identity->log()));
  if (o.has_index && verified.index != o.index) {
    return MakeError(absl::StatusCode::kPermissionDenied, "RECEIPT_MISMATCH", "index",
                     "the proof is of another entry");
  }
  Report report;
  report.text = ToLine(verified.index, verified.event) + "proven: in the log " +
                Shown(verified.checkpoint.origin()) + " of size " +
                std::to_string(verified.checkpoint.size()) + ", root " +
                verified.checkpoint.root().hex() + "\n";
  report.json = {{"index", verified.index},
                 {"event", ToJson(verified.event)},
                 {"origin", verified.checkpoint.origin()},
                 {"size", verified.checkpoint.size()},
                 {"root", verified.checkpoint.root().hex()},
                 {"checkpoint", verified.checkpoint_note}};
  if (!o.out.empty()) {
    AMANA_RETURN_IF_ERROR(
        RealFileSystem().CreateAtomically(o.out, receipt.SerializeAsString(), kPrivateFile));
    report.text += "wrote " + o.out + "\n";
    report.json["out"] = o.out;
  }
  return report;
}

}  // namespace

void RegisterAuditProve(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "prove", "Prove that an event is in the log, and keep the proof",
      "  amana audit prove 4711 --out event-4711.receipt\n"
      "  amana audit prove --referral 00112233445566778899aabbccddeeff      (needs no link)\n"
      "  amana audit verify --receipt event-4711.receipt      (for whom you give it to)\n",
      [](CLI::App& command, Options& o) {
        command
            .add_option_function<uint64_t>(
                "index",
                [&o](const uint64_t& index) {
                  o.index = index;
                  o.has_index = true;
                },
                "The event's index in the log")
            ->check(WholeNumber(0));
        command.add_option("--referral", o.referral, "The submission of an own referral");
        command.add_option("--out", o.out, "File for the receipt (it shows the event's fields)");
      },
      Run);
}

}  // namespace amana::cli
