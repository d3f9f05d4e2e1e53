#include <string>
#include <vector>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/referral_offer.h"
#include "agency-adapters/cli/section_files.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  OfferOptions offer;
  std::vector<std::string> section_pairs, section_objects;
  std::string words;
  bool hold = false;
};

// The broker would refuse it for good.
absl::StatusOr<Address> WhoAsked(const FoundOffer& found) {
  if (found.task.state() != v1::TASK_STATE_INFO_REQUESTED) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "NOT_ASKED", "task",
        "no question about it is open: it is " + std::string(codes::CodeName(found.task.state())));
  }
  return sdk::FromWire(found.task.recipient(), "recipient");
}

// Seals to the certificate that the recipient's entry has now: it may have changed since the
// referral.
absl::StatusOr<sdk::Queued> Queue(Context& context, const sdk::UpdateDraft& draft) {
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  const absl::Status known = sender->directory().Fetch(draft.asked.agency).status();
  if (!known.ok() && !absl::IsNotFound(known)) return known;
  return sender->QueueUpdate(draft);
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<Section> sections,
                         ReadSections(o.section_pairs, o.section_objects));
  std::string words;
  if (!o.words.empty()) {
    AMANA_ASSIGN_OR_RETURN(words, RealFileSystem().Read(o.words));
  }
  if (sections.empty() && words.empty()) {
    return UsageError("--section", "expected a section, or --words");
  }
  AMANA_ASSIGN_OR_RETURN(const FoundOffer found, FindOffer(context, o.offer));
  sdk::UpdateDraft draft{.referral = found.key,
                         .task = o.offer.task,
                         .offer_epoch = found.task.offer_epoch(),
                         .asked = {},
                         .sections = ToDrafts(sections),
                         .words = words};
  AMANA_ASSIGN_OR_RETURN(draft.asked, WhoAsked(found));
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, Queue(context, draft));
  Report report;
  const std::string key = sdk::ToString(found.key);
  report.text = "answer to " + ToString(draft.asked) + " about " + key + ", task " +
                std::to_string(o.offer.task) + "\n";
  report.json = {{"referral", key},
                 {"task", o.offer.task},
                 {"to", ToString(draft.asked)},
                 {"digest", queued.digest.hex()}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterReferralAnswer(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "answer",
      "Answer a recipient's question, with sections, in words, or both; sealed for who asked, who "
      "reads it before it decides",
      "  amana referral answer 00112233445566778899aabbccddeeff --section MEDICAL=medical.json\n"
      "  amana referral answer 00112233445566778899aabbccddeeff --words answer.txt\n",
      [](CLI::App& command, Options& o) {
        AddOfferOptions(command, o.offer);
        command.add_option("--section", o.section_pairs,
                           "CATEGORY=FILE; categories: " +
                               NamesOf(*google::protobuf::GetEnumDescriptor<v1::Category>()));
        command.add_option("--sections", o.section_objects,
                           "JSON file {\"CATEGORY\": {...}} with several sections");
        command
            .add_option("--words", o.words, "A text file; its words are sealed for who asked alone")
            ->type_name("FILE");
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
