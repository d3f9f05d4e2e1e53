#include <algorithm>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/override_options.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "amana/v1/override.pb.h"
#include "base/clock.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  OverrideOptions referral;
  std::string basis, citation, lasting = "48h";
  std::vector<std::string> categories;
};

// What the law or the order names: for a life in danger there is none.
absl::Status SetScope(const Options& o, v1::OverrideApproval& approval) {
  AMANA_ASSIGN_OR_RETURN(const auto basis, CodeOption<v1::LegalBasis>("--basis", o.basis));
  if (basis == v1::LEGAL_BASIS_CONSENT) {
    return UsageError("--basis", "expected VITAL_INTEREST, LEGAL_DUTY or COURT_ORDER");
  }
  const bool vital = basis == v1::LEGAL_BASIS_VITAL_INTEREST;
  if (vital != o.citation.empty()) {
    return UsageError("--citation", vital ? "only for LEGAL_DUTY and COURT_ORDER"
                                          : "expected: section of the law or number of the order");
  }
  if (vital != o.categories.empty()) {
    return UsageError("--category", vital ? "only for LEGAL_DUTY and COURT_ORDER"
                                          : "expected: what the law or the order names");
  }
  AMANA_ASSIGN_OR_RETURN(auto categories, CodeOptions<v1::Category>("--category", o.categories));
  std::ranges::sort(categories);
  categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
  for (const v1::Category category : categories) approval.add_categories(category);
  approval.set_basis(basis);
  approval.set_citation(o.citation);
  return absl::OkStatus();
}

Result Run(Context& context, const Options& o) {
  v1::OverrideApproval approval;
  AMANA_ASSIGN_OR_RETURN(const OverrideReference reference, ReferenceOption(o.referral));
  AMANA_RETURN_IF_ERROR(SetScope(o, approval));
  AMANA_ASSIGN_OR_RETURN(const Digest reason, ReasonOption(o.referral));
  AMANA_ASSIGN_OR_RETURN(const absl::Duration lasting, DurationOption("--lapses-in", o.lasting));
  *approval.mutable_referral() = sdk::ToWire(reference.referral);
  approval.set_header_digest(reference.header.bytes());
  approval.set_reason_sha256(reason.bytes());
  approval.set_lapses_unix_ms(ToUnixMillis(context.clock().Now() + lasting));
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueApproval(approval));
  Report report;
  report.text = "approval that referral " + sdk::ToString(reference.referral) +
                " goes without consent, until " + Rfc3339Millis(approval.lapses_unix_ms()) + "\n";
  report.json = {{"referral", sdk::ToString(reference.referral)},
                 {"header_digest", reference.header.hex()},
                 {"basis", o.basis},
                 {"citation", o.citation},
                 {"reason_sha256", reason.hex()},
                 {"lapses", Rfc3339Millis(approval.lapses_unix_ms())}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.referral.hold, report));
  return report;
}

}  // namespace

void RegisterOverrideApprove(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "approve",
      "Approve that a referral goes without consent; needs a listed person's key",
      "  amana override approve --referral police-a/0011...eeff/1/8899...6677 \\\n"
      "      --basis VITAL_INTEREST --reason-file reason.txt\n"
      "  amana override approve --referral police-a/0011...eeff/1/8899...6677 \\\n"
      "      --basis COURT_ORDER --citation E123/2031 --category IDENTITY,LEGAL \\\n"
      "      --reason-file reason.txt --lapses-in 720h\n"
      "Two persons whom the registry lists must approve, neither of them who signed the "
      "referral.\n",
      [](CLI::App& command, Options& o) {
        AddOverrideOptions(command, o.referral, "the reason");
        command
            .add_option("--basis", o.basis,
                        "VITAL_INTEREST, LEGAL_DUTY or COURT_ORDER, as the referral says")
            ->required();
        command.add_option("--citation", o.citation,
                           "Section of the law or number of the order, but for VITAL_INTEREST");
        command
            .add_option("--category", o.categories,
                        "What the law or the order names, but for VITAL_INTEREST")
            ->delimiter(',');
        command
            .add_option("--lapses-in", o.lasting,
                        "How long it holds: at most 72h for VITAL_INTEREST, else 90d")
            ->capture_default_str();
      },
      Run);
}

}  // namespace amana::cli
