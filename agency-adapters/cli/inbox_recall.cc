#include "absl/strings/escaping.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/event_text.h"
#include "agency-adapters/cli/inbox_answer.h"
#include "agency-adapters/cli/inbox_text.h"
#include "agency-adapters/sdk/recall_proof.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  int64_t item = 0;
  std::string out;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, sdk::Inbox(*mailbox).Get(o.item));
  if (item.recall_reason == v1::REASON_UNSPECIFIED) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "ITEM_NOT_RECALLED", "item",
                     "nobody has called it back");
  }
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const sdk::RecallProof proof,
                         sdk::FetchRecallProof(*client, identity->log(), item));
  const sdk::VerifiedReceipt& verified = proof.verified;
  Report report{ToLine(item), ToJson(item)};
  report.text += ToLine(verified.index, verified.event);
  report.text += "proven: in the log " + Shown(verified.checkpoint.origin()) + " of size " +
                 std::to_string(verified.checkpoint.size()) + "\n";
  report.json["proof"] = {
      {"log_index", verified.index},
      {"origin", verified.checkpoint.origin()},
      {"size", verified.checkpoint.size()},
      {"root", verified.checkpoint.root().hex()},
      {"event", ToJson(verified.event)},
      {"receipt_base64", absl::Base64Escape(proof.receipt.SerializeAsString())}};
  if (o.out.empty()) return report;
  AMANA_RETURN_IF_ERROR(
      RealFileSystem().CreateAtomically(o.out, proof.receipt.SerializeAsString(), kPrivateFile));
  report.text += "wrote " + o.out + "\n";
  report.json["out"] = o.out;
  return report;
}

}  // namespace

void RegisterInboxRecall(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "recall", "Prove that an item was called back, and why",
      "  amana inbox recall 7\n"
      "  amana inbox recall 7 --out recall-7.receipt\n"
      "  amana audit verify --receipt recall-7.receipt      (for whom you give it to)\n"
      "Who said so is not told, unless it is who recorded the consent, or the sender.\n",
      [](CLI::App& command, Options& o) {
        AddItemOption(command, o.item, "The item that was called back")->required();
        command.add_option("--out", o.out, "File for the proof, as `amana audit verify` takes it");
      },
      Run);
}

}  // namespace amana::cli
