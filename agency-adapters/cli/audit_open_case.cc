#include <optional>

#include "agency-adapters/cli/audit_ask.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/audit_query_rpcs.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/case_opening.h"
#include "proto/envelope/statement.h"

namespace amana::cli {
namespace {

struct PseudonymTag {
  static constexpr std::string_view kName = "pseudonym";
};
using Pseudonym16 = FixedBytes<PseudonymTag, 16>;

struct Options {
  std::string file, referral, purpose, order, out;
  int64_t event = -1;
  bool look = false;
};

absl::StatusOr<v1::SignedEnvelope> Sign(Context& context, v1::CaseOpening opening) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const sdk::SigningIdentity* person, identity->PersonSigner());
  *opening.mutable_meta() = envelope::MakeMeta(person->certificate, context.clock().Now());
  return envelope::SignMessage(envelope::kCaseOpeningType, opening, person->key);
}

Json ToJson(const v1::CaseOpening& opening) {
  return {{"referral_pseudonym", ToHex(opening.referral_pseudonym())},
          {"event_index", opening.event_index()},
          {"purpose", std::string(codes::CodeName(opening.purpose()))},
          {"order_sha256", ToHex(opening.order_sha256())}};
}
std::string ToText(const v1::CaseOpening& opening) {
  return "case " + ToHex(opening.referral_pseudonym()) + ", told with event " +
         std::to_string(opening.event_index()) + "\npurpose " +
         std::string(codes::CodeName(opening.purpose())) + ", order " +
         ToHex(opening.order_sha256()) + "\n";
}

// The first person's part: a file for the second.
Result Propose(Context& context, const Options& o) {
  if (o.referral.empty() || o.event < 0 || o.purpose.empty() || o.order.empty() || o.out.empty()) {
    return UsageError("file",
                      "expected it, of the person who signed first; or --referral, --event, "
                      "--purpose, --order and --out");
  }
  v1::CaseOpening opening;
  AMANA_ASSIGN_OR_RETURN(const Pseudonym16 name, HexOption<Pseudonym16>("--referral", o.referral));
  AMANA_ASSIGN_OR_RETURN(const auto purpose, CodeOption<v1::AuditPurpose>("--purpose", o.purpose));
  AMANA_ASSIGN_OR_RETURN(const std::string order, RealFileSystem().Read(o.order));
  if (order.empty()) return UsageError("--order", "the file is empty");
  opening.set_referral_pseudonym(name.bytes());
  opening.set_event_index(static_cast<uint64_t>(o.event));
  opening.set_purpose(purpose);
  opening.set_order_sha256(crypto::Sha256(order).bytes());
  AMANA_RETURN_IF_ERROR(envelope::CheckCaseOpening(opening));
  v1::OpenCaseRequest request;
  AMANA_ASSIGN_OR_RETURN(*request.add_statements(), Sign(context, opening));
  AMANA_RETURN_IF_ERROR(
      RealFileSystem().CreateAtomically(o.out, request.SerializeAsString(), kPublicFile));
  Report report;
  report.text = ToText(opening) + "signed; " + o.out +
                " goes to a second person, who ends it with `amana audit open-case " + o.out +
                "`\n";
  report.json = ToJson(opening);
  report.json["file"] = o.out;
  return report;
}

absl::StatusOr<v1::OpenCaseRequest> ReadRequest(const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, RealFileSystem().Read(path));
  v1::OpenCaseRequest request;
  if (!request.ParseFromString(bytes) || request.statements_size() < 1 ||
      request.statements_size() > 2) {
    return UsageError("file", path + " is none that `amana audit open-case --out` wrote");
  }
  return request;
}

// What the broker would refuse is not signed: the file would be of no use to anybody else.
absl::Status CheckSecond(const sdk::Identity& identity, const v1::CaseOpening& opening) {
  AMANA_ASSIGN_OR_RETURN(const sdk::SigningIdentity* person, identity.PersonSigner());
  if (person->certificate.id().view() != opening.meta().cert_id()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kPermissionDenied, "SIGNERS_NOT_TWO", "file",
                   "you have signed it already: another person must");
}

// The second person's part. Both statements are kept before they are sent: sent again, they get the
// first answer.
Result Conclude(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(v1::OpenCaseRequest request, ReadRequest(o.file));
  AMANA_ASSIGN_OR_RETURN(
      const auto opening,
      envelope::ParseStatement<v1::CaseOpening>(request.statements(0), envelope::kCaseOpeningType));
  AMANA_RETURN_IF_ERROR(envelope::CheckCaseOpening(opening));
  Report report;
  report.text = ToText(opening);
  report.json = ToJson(opening);
  if (o.look) return report;
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  if (request.statements_size() == 1) {
    AMANA_RETURN_IF_ERROR(CheckSecond(*identity, opening));
    AMANA_ASSIGN_OR_RETURN(*request.add_statements(), Sign(context, opening));
    AMANA_RETURN_IF_ERROR(
        RealFileSystem().WriteAtomically(o.file, request.SerializeAsString(), kPublicFile));
  }
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(const v1::OpenCaseResponse response,
                         client->Call(sdk::kOpenCase, request));
  AMANA_ASSIGN_OR_RETURN(const sdk::VerifiedReceipt receipt,
                         sdk::VerifyReceipt(response.receipt(), identity->log()));
  if (receipt.event.kind != v1::EVENT_KIND_CASE_OPENED || !receipt.event.referral.has_value() ||
      receipt.event.referral->referral.bytes() != response.referral().referral_id()) {
    return MakeError(absl::StatusCode::kPermissionDenied, "RECEIPT_MISMATCH", "",
                     "the proof is of something else");
  }
  const std::string referral = sdk::ToString(*receipt.event.referral);
  report.text += "open: " + referral + ", proven as event " + std::to_string(receipt.index) + "\n";
  report.json["referral"] = referral;
  report.json["opened_by"] = receipt.index;
  return report;
}

Result Run(Context& context, const Options& o) {
  return o.file.empty() ? Propose(context, o) : Conclude(context, o);
}

}  // namespace

void RegisterAuditOpenCase(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "open-case", "See who took part in a case; two persons of an auditor sign",
      "  amana audit open-case --referral PSEUDONYM --event 5120 --purpose COURT_ORDER \\\n"
      "      --order order.pdf --out opening.amana          (the first person)\n"
      "  amana audit open-case opening.amana --look\n"
      "  amana audit open-case opening.amana              (the second, who hands it in)\n"
      "The order stays here; its hash is signed. That the case was opened is an event, which its\n"
      "sender sees.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("file", o.file, "What the first person signed");
        command.add_option("--referral", o.referral, "The pseudonym (32 hex digits)");
        command.add_option("--event", o.event, "Index of an event that was told under it");
        command.add_option("--purpose", o.purpose, "COMPLAINT, BREACH or COURT_ORDER");
        command.add_option("--order", o.order, "File with the complaint, report or order");
        command.add_option("--out", o.out, "Into this new file, for the second person");
        command.add_flag("--look", o.look, "Show what it says, and sign nothing");
      },
      Run);
}

}  // namespace amana::cli
