#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/override_options.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "amana/v1/override.pb.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  OverrideOptions referral;
  bool uphold = false, reject = false;
};

Result Run(Context& context, const Options& o) {
  if (o.uphold == o.reject) return UsageError("--uphold", "expected it, or --reject, and not both");
  AMANA_ASSIGN_OR_RETURN(const OverrideReference reference, ReferenceOption(o.referral));
  AMANA_ASSIGN_OR_RETURN(const Digest reason, ReasonOption(o.referral));
  v1::OverrideReview review;
  *review.mutable_referral() = sdk::ToWire(reference.referral);
  review.set_header_digest(reference.header.bytes());
  review.set_upheld(o.uphold);
  review.set_reason_sha256(reason.bytes());
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueReview(review));
  Report report;
  report.text = "review of referral " + sdk::ToString(reference.referral) +
                (o.uphold ? ": upheld\n" : ": not upheld, what went is called back\n");
  report.json = {{"referral", sdk::ToString(reference.referral)},
                 {"header_digest", reference.header.hex()},
                 {"upheld", o.uphold},
                 {"reason_sha256", reason.hex()}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.referral.hold, report));
  return report;
}

}  // namespace

void RegisterOverrideReview(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "review",
      "Judge afterwards that a referral went without consent; needs another listed person's key",
      "  amana override review --referral police-a/0011...eeff/1/8899...6677 --uphold \\\n"
      "      --reason-file finding.txt\n"
      "  amana override review --referral police-a/0011...eeff/1/8899...6677 --reject \\\n"
      "      --reason-file finding.txt\n"
      "One that is rejected ends at once: what went on it alone is called back.\n",
      [](CLI::App& command, Options& o) {
        AddOverrideOptions(command, o.referral, "the finding");
        command.add_flag("--uphold", o.uphold, "It was right");
        command.add_flag("--reject", o.reject, "It was not");
      },
      Run);
}

}  // namespace amana::cli
