#include "tests/integration/five_agencies/world.h"

#include <cstdlib>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/envelope/directory_testing.h"
#include "tests/integration/five_agencies/immigration_side.h"
#include "tests/integration/five_agencies/iom_side.h"
#include "tests/integration/five_agencies/ministry_side.h"
#include "tests/integration/five_agencies/police_side.h"
#include "tests/integration/five_agencies/shelter_side.h"
#include "tests/support/log_check.h"

namespace amana::five {
namespace {

using envelope::TestEntry;

tests::WorldOptions Options() {
  tests::WorldOptions options;
  // A receiver that was killed with a delivery in its hands gets it again soon.
  options.broker_settings = "[delivery]\nlease = \"2s\"\nbackoff_first = \"200ms\"\n";
  options.agencies = {
      {"iom", "IOM", "desk"}, {"mfa", "FOREIGN_AFFAIRS", "desk"}, {"dis", "IMMIGRATION", "desk"}};
  return options;
}

// The mapping file as it is in the tree, with the parties that these police refer to.
absl::StatusOr<std::string> MappingOf(const std::string& agency) {
  const char* const source = std::getenv("AMANA_SOURCE_DIR");
  if (source == nullptr) return absl::FailedPreconditionError("AMANA_SOURCE_DIR is not set");
  AMANA_ASSIGN_OR_RETURN(
      std::string text, RealFileSystem().Read(absl::StrCat(source, "/agency-adapters/", agency, "/",
                                                           agency, ".mapping.toml")));
  const std::string parties = "[codes.parties]\n";
  if (const size_t at = text.find(parties); at != std::string::npos) {
    text.insert(at + parties.size(),
                "\"MFA.SYNTH.01\" = \"mfa/desk\"\n\"DIS.SYNTH.01\" = \"dis/desk\"\n");
  }
  return text;
}

}  // namespace

World::World() : broker_world_(Options()) {
  broker_.set_directory = false;
  const auto add = [this](const char* name, const char* id, const char* unit,
                          const char* endpoint) {
    Agency agency{.name = name, .id = id, .unit = unit, .endpoint = endpoint};
    agency.program = std::make_unique<Program>(
        absl::StrCat("amana-", name), broker_world_.File(absl::StrCat("endpoints/", endpoint)));
    agencies_.push_back(std::move(agency));
  };
  add("police", "police", "desk", "police");
  add("shelter", "haven", "intake", "intake");
  add("iom", "iom", "desk", "iom");
  add("foreign-affairs", "mfa", "desk", "mfa");
  add("immigration", "dis", "desk", "dis");
  agencies_[kPolice].side = std::make_unique<PoliceSide>();
  agencies_[kShelter].side = std::make_unique<ShelterSide>(*agencies_[kShelter].program);
  agencies_[kIom].side = std::make_unique<IomSide>();
  agencies_[kMinistry].side = std::make_unique<MinistrySide>();
  agencies_[kImmigration].side = std::make_unique<ImmigrationSide>();
}

World::~World() {
  for (Agency& agency : agencies_) agency.program->Kill();
}

absl::Status World::HandInDirectory() {
  return broker_world_.HandIn(
      {TestEntry("police", v1::AGENCY_KIND_POLICE,
                 {{"desk", {v1::SERVICE_TYPE_RESCUE, v1::SERVICE_TYPE_CRIMINAL_INVESTIGATION}}}),
       TestEntry("haven", v1::AGENCY_KIND_SHELTER,
                 {{"intake", {v1::SERVICE_TYPE_ACCOMMODATION, v1::SERVICE_TYPE_BASIC_NEEDS}}}),
       TestEntry("iom", v1::AGENCY_KIND_IOM,
                 {{"desk", {v1::SERVICE_TYPE_PSYCHOSOCIAL, v1::SERVICE_TYPE_OTHER}}}),
       TestEntry("mfa", v1::AGENCY_KIND_FOREIGN_AFFAIRS,
                 {{"desk", {v1::SERVICE_TYPE_TRAVEL_DOCUMENT}}}),
       TestEntry("dis", v1::AGENCY_KIND_IMMIGRATION,
                 {{"desk", {v1::SERVICE_TYPE_IMMIGRATION_STATUS}}})});
}

absl::Status World::OpenAgency(Agency& agency) {
  const std::string folder = agency.program->folder();
  AMANA_RETURN_IF_ERROR(agency.side->Open(folder));
  AMANA_ASSIGN_OR_RETURN(const std::string mapping, MappingOf(agency.name));
  AMANA_RETURN_IF_ERROR(agency.program->Configure(mapping, agency.side->Tables()));
  AMANA_ASSIGN_OR_RETURN(agency.office,
                         tests::Endpoint::Open(broker_world_.agency_config(agency.endpoint),
                                               broker_world_.File("office-" + agency.id)));
  AMANA_ASSIGN_OR_RETURN(const int checked, agency.program->Run("check-config"));
  if (checked != 0) {
    return absl::InternalError(
        absl::StrCat(agency.name, ": check-config gave ", checked, ":\n",
                     RealFileSystem().Read(agency.program->error_file()).value_or("")));
  }
  return absl::OkStatus();
}

absl::Status World::Open() {
  AMANA_RETURN_IF_ERROR(broker_.Start());
  AMANA_RETURN_IF_ERROR(HandInDirectory());
  for (Agency& agency : agencies_) AMANA_RETURN_IF_ERROR(OpenAgency(agency));
  return absl::OkStatus();
}

absl::Status World::StartAdapters() {
  for (Agency& agency : agencies_) AMANA_RETURN_IF_ERROR(agency.program->Start());
  return absl::OkStatus();
}

absl::Status World::StopAdapters() {
  for (Agency& agency : agencies_) AMANA_RETURN_IF_ERROR(agency.program->Stop());
  return absl::OkStatus();
}

absl::StatusOr<Person> World::NewPerson(size_t sender, const std::vector<std::string>& recipients) {
  const Agency& from = agencies_[sender];
  v1::ConsentRecord record = tests::SampleConsent(absl::Now());
  record.mutable_recorder()->set_agency(from.id);
  record.mutable_recorder()->set_unit(from.unit);
  record.clear_purposes();
  for (const v1::Purpose purpose :
       {v1::PURPOSE_PROTECTION, v1::PURPOSE_JUSTICE, v1::PURPOSE_TRAVEL_AND_STATUS}) {
    record.add_purposes(purpose);
  }
  record.clear_categories();
  for (const v1::Category category :
       {v1::CATEGORY_IDENTITY_MIN, v1::CATEGORY_IDENTITY, v1::CATEGORY_DEMOGRAPHIC,
        v1::CATEGORY_TRAVEL_DOC, v1::CATEGORY_EXPLOITATION, v1::CATEGORY_RISK, v1::CATEGORY_LEGAL,
        v1::CATEGORY_SERVICES}) {
    record.add_categories(category);
  }
  record.clear_recipients();
  for (const std::string& recipient : recipients) record.add_recipients()->set_agency(recipient);
  AMANA_RETURN_IF_ERROR(from.office->sender().QueueConsent(record).status());
  AMANA_ASSIGN_OR_RETURN(const sdk::FlushReport flushed, from.office->sender().Flush());
  AMANA_RETURN_IF_ERROR(flushed.trouble);
  if (flushed.refused + flushed.pending > 0) return absl::InternalError("a consent was refused");
  AMANA_ASSIGN_OR_RETURN(const ConsentId id, ConsentId::FromBytes(record.consent_id()));
  return Person{absl::StrCat("SYNTHETIC-P-", ++persons_), id.hex() + "/1"};
}

absl::StatusOr<bool> World::ActUntil(absl::Duration patience, const std::function<bool()>& done) {
  absl::Status failed;
  const bool was_done = tests::WaitUntil(patience, [&] {
    for (Agency& agency : agencies_) failed.Update(agency.side->Act());
    return !failed.ok() || done();
  });
  if (!failed.ok()) return failed;
  return was_done;
}

absl::Status World::CheckLog(std::vector<std::string>& findings,
                             std::map<std::string, size_t>* accepted) {
  AMANA_ASSIGN_OR_RETURN(const auto auditor,
                         tests::Endpoint::Open(broker_world_.agency_config("auditor")));
  for (Agency& agency : agencies_) {
    tests::LogCheck log(*agency.office, *auditor, broker_world_.File("mirror-" + agency.id));
    log.on_event = [&](uint64_t, const sdk::EventView& event) {
      if (accepted != nullptr && event.kind == v1::EVENT_KIND_SUBMISSION_ACCEPTED &&
          event.referral.has_value() && event.referral->sender.value() == agency.id) {
        ++(*accepted)[agency.id];
      }
    };
    AMANA_RETURN_IF_ERROR(log.Verify());
    for (const std::string& doubled : log.doubled()) {
      findings.push_back(agency.name + "'s log: doubled " + doubled);
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> World::Leaks() {
  std::vector<std::string> files = {broker_world_.broker_log()};
  for (const Agency& agency : agencies_) files.push_back(agency.program->error_file());
  std::vector<std::string> leaks;
  for (const std::string& file : files) {
    const std::string text = RealFileSystem().Read(file).value_or("");
    if (text.find("SYNTHETIC") != std::string::npos) leaks.push_back(file);
  }
  return leaks;
}

}  // namespace amana::five
