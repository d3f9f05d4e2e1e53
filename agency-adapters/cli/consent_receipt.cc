#include "absl/strings/escaping.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/consent_evidence.h"
#include "agency-adapters/cli/consent_lookup.h"
#include "agency-adapters/cli/consent_receipt_text.h"
#include "agency-adapters/cli/event_text.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string consent, out;
  bool offline = false;
};

// For whoever checks it: what the log says, and all that is needed to see that it does.
void AddProof(const Proven& proven, Report& report) {
  const sdk::VerifiedReceipt& verified = proven.verified;
  report.json["proof"] = {
      {"log_index", verified.index},
      {"origin", verified.checkpoint.origin()},
      {"size", verified.checkpoint.size()},
      {"root", verified.checkpoint.root().hex()},
      {"event", ToJson(verified.event)},
      {"tlog_proof", proven.receipt.tlog_proof()},
      {"receipt_base64", absl::Base64Escape(proven.receipt.SerializeAsString())}};
  report.text += "\nProven: entry " + std::to_string(verified.index) + " of the log " +
                 Shown(verified.checkpoint.origin()) + ".\n";
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const ConsentName name, ConsentOption("consent", o.consent));
  AMANA_ASSIGN_OR_RETURN(const FoundConsent found,
                         o.offline ? FindOwnConsent(context, name) : AskForConsent(context, name));
  AMANA_ASSIGN_OR_RETURN(const std::optional<Proven> proven,
                         ProveRegistration(context, found, o.offline));
  const ReceiptFacts facts = {.digest = found.digest,
                              .registered = found.from_broker || proven.has_value(),
                              .withdrawn = found.withdrawn};
  Report report{ReceiptText(found.record, facts), ReceiptJson(found.record, facts)};
  report.json["signed_record_base64"] = absl::Base64Escape(found.envelope.SerializeAsString());
  report.json["proof"] = nullptr;
  if (proven.has_value()) {
    AddProof(*proven, report);
  } else {
    report.text += "\nThe proof of it is with the agency that recorded it.\n";
  }
  if (o.out.empty()) return report;
  if (!proven.has_value()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "RECEIPT_MISSING", "--out",
                     "there is no proof here to write");
  }
  AMANA_RETURN_IF_ERROR(
      RealFileSystem().CreateAtomically(o.out, proven->receipt.SerializeAsString(), kPrivateFile));
  report.text += "wrote " + o.out + "\n";
  report.json["out"] = o.out;
  return report;
}

}  // namespace

void RegisterConsentReceipt(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "receipt", "A page for the person: what they agreed to, proven",
      "  amana consent receipt 00112233445566778899aabbccddeeff\n"
      "  amana consent receipt 00112233445566778899aabbccddeeff/2 --json      (ISO/IEC TS 27560)\n"
      "  amana consent receipt 00112233445566778899aabbccddeeff --out consent.receipt\n"
      "  amana audit verify --receipt consent.receipt      (for whom you give it to)\n",
      [](CLI::App& command, Options& o) {
        command.add_option("consent", o.consent, "ID, ID/VERSION or ID/VERSION/DIGEST")->required();
        command.add_flag("--offline", o.offline, "From this machine's outbox only");
        command.add_option("--out", o.out, "File for the proof, as `amana audit verify` takes it");
      },
      Run);
}

}  // namespace amana::cli
