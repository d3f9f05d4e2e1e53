#include <algorithm>

#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"
#include "proto/crypto/random.h"

namespace amana::cli {
namespace {

struct Options {
  std::string subject, excluded;
  std::vector<std::string> categories;
  bool hold = false;
};

// A unit is the smallest that can be sealed to, so whoever excludes a person excludes their unit.
absl::Status SetExcluded(std::string text, v1::Exclusion& exclusion) {
  v1::Address* excluded = exclusion.mutable_excluded();
  if (std::ranges::count(text, '/') == 2) {
    const size_t last = text.rfind('/');
    const absl::StatusOr<PersonId> person = PersonId::Create(text.substr(last + 1));
    if (!person.ok())
      return UsageError("--from", "expected AGENCY, AGENCY/UNIT or AGENCY/UNIT/PERSON");
    text.resize(last);
  }
  if (text.find('/') != std::string::npos) {
    AMANA_ASSIGN_OR_RETURN(const Address address, AddressOption("--from", text));
    *excluded = sdk::ToWire(address);
    return absl::OkStatus();
  }
  const absl::StatusOr<AgencyId> agency = AgencyId::Create(text);
  if (!agency.ok())
    return UsageError("--from", "expected AGENCY, AGENCY/UNIT or AGENCY/UNIT/PERSON");
  excluded->set_agency(agency->value());
  return absl::OkStatus();
}

Result Run(Context& context, const Options& o) {
  v1::Exclusion exclusion;
  AMANA_ASSIGN_OR_RETURN(const auto subject, HexOption<Pseudonym>("--subject", o.subject));
  AMANA_RETURN_IF_ERROR(SetExcluded(o.excluded, exclusion));
  AMANA_ASSIGN_OR_RETURN(auto categories, CodeOptions<v1::Category>("--category", o.categories));
  std::ranges::sort(categories);
  categories.erase(std::unique(categories.begin(), categories.end()), categories.end());
  for (const v1::Category category : categories) exclusion.add_categories(category);
  const auto id = crypto::RandomId<ConsentId>();
  exclusion.set_exclusion_id(id.bytes());
  exclusion.set_subject_pseudonym(subject.bytes());
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, sender->QueueExclusion(exclusion));
  const v1::Address& who = exclusion.excluded();
  const std::string excluded = who.agency() + (who.unit().empty() ? "" : "/" + who.unit());
  Report report;
  report.text = "exclusion " + id.hex() + " of " + excluded +
                (excluded == o.excluded ? "\n" : ", all of the unit of the person named\n");
  report.json = {{"exclusion_id", id.hex()}, {"subject", o.subject}, {"excluded", excluded}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterConsentExclude(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "exclude", "Record that the person wants somebody kept out",
      "  amana consent exclude --subject 0011...eeff --from shelter-b\n"
      "  amana consent exclude --subject 0011...eeff --from shelter-b/intake --category MEDICAL\n"
      "  amana consent exclude --subject 0011...eeff --from police-a/desk/officer-7\n"
      "It beats every consent, and only this agency can tell that it is there.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("--subject", o.subject, "The person's pseudonym, 32 hex digits")
            ->required();
        command
            .add_option(
                "--from", o.excluded,
                "AGENCY/UNIT, or AGENCY for all its units; AGENCY/UNIT/PERSON excludes that unit")
            ->required();
        command.add_option("--category", o.categories, "Only these categories (all)")
            ->delimiter(',');
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
