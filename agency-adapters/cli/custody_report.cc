#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/sending.h"
#include "agency-adapters/cli/values.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string referral, with, none, exit;
  bool hold = false;
};

absl::StatusOr<v1::PhysicalCustody> PlaceOf(const Options& o) {
  v1::PhysicalCustody now;
  if (o.with.empty() == o.none.empty()) return UsageError("--with", "expected --with or --none");
  if (!o.with.empty()) {
    const absl::StatusOr<AgencyId> agency = AgencyId::Create(o.with);
    if (!agency.ok()) return UsageError("--with", "expected an agency");
    now.set_agency(agency->value());
    return now;
  }
  AMANA_ASSIGN_OR_RETURN(const v1::NoCustody none, CodeOption<v1::NoCustody>("--none", o.none));
  now.set_none(none);
  return now;
}

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const v1::PhysicalCustody now, PlaceOf(o));
  auto exit = v1::EXIT_CODE_UNSPECIFIED;
  if (!o.exit.empty()) {
    AMANA_ASSIGN_OR_RETURN(exit, CodeOption<v1::ExitCode>("--exit", o.exit));
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const StatementKey key,
                         ReferralOption("referral", o.referral, identity->agency()));
  AMANA_ASSIGN_OR_RETURN(sdk::Handovers * handovers, context.handovers());
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, handovers->QueueReport(key, now, exit));
  Report report;
  report.text = "the person is with " + (o.with.empty() ? "no agency (" + o.none + ")" : o.with) +
                ", signed\n";
  report.json = {{"referral", sdk::ToString(key)}, {"digest", queued.digest.hex()}};
  AMANA_RETURN_IF_ERROR(SendOrHold(context, queued.entry, o.hold, report));
  return report;
}

}  // namespace

void RegisterCustodyReport(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "report",
      "Say where the person is outside a handover: with an agency, or with none and why. Whoever "
      "is "
      "responsible stays so. Needs a person's key",
      "  amana custody report 00112233445566778899aabbccddeeff --none STREET\n"
      "  amana custody report 00112233445566778899aabbccddeeff --none LEFT --exit PERSON_LEFT\n"
      "  amana custody report 00112233445566778899aabbccddeeff --with police-a\n",
      [](CLI::App& command, Options& o) {
        command.add_option("referral", o.referral, "AGENCY/ID/VERSION, or the id of an own one")
            ->required();
        command.add_option("--with", o.with, "The agency that has the person with it");
        command.add_option("--none", o.none,
                           NamesOf(*google::protobuf::GetEnumDescriptor<v1::NoCustody>()));
        command.add_option("--exit", o.exit,
                           "With LEFT, DIED and CARE_ENDED, the one of that name: " +
                               NamesOf(*google::protobuf::GetEnumDescriptor<v1::ExitCode>()));
        command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
      },
      Run);
}

}  // namespace amana::cli
