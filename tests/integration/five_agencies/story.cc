#include "tests/integration/five_agencies/story.h"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "tests/integration/five_agencies/immigration_side.h"
#include "tests/integration/five_agencies/police_side.h"
#include "tests/integration/five_agencies/records.h"
#include "tests/integration/five_agencies/shelter_side.h"
#include "tests/integration/five_agencies/world.h"
#include "tests/support/log_check.h"

namespace amana::five {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(40);
constexpr char kExpected[] = "/tests/integration/five_agencies/expected.json";

class Story {
 public:
  absl::Status Tell() {
    AMANA_RETURN_IF_ERROR(world_.Open());
    AMANA_RETURN_IF_ERROR(world_.StartAdapters());
    AMANA_RETURN_IF_ERROR(Refer());
    AMANA_RETURN_IF_ERROR(HandOver());
    AMANA_RETURN_IF_ERROR(CheckNothingToImmigration());
    AMANA_RETURN_IF_ERROR(TheOthersRefer());
    return CheckEnds();
  }
  World& world() { return world_; }
  absl::StatusOr<Json> Records() {
    Json all = Json::object();
    for (Agency& agency : world_.agencies()) {
      AMANA_ASSIGN_OR_RETURN(const Json records, agency.side->Records());
      all[agency.name] = Normalised(records);
    }
    return all;
  }

 private:
  bool Has(size_t which, const std::string& effect) {
    const absl::StatusOr<Effects> effects = world_.agency(which).side->Look();
    return effects.ok() && effects->contains(effect);
  }
  absl::Status Until(const std::string& what, const std::function<bool()>& done) {
    AMANA_ASSIGN_OR_RETURN(const bool was_done, world_.ActUntil(kPatience, done));
    return was_done ? absl::OkStatus() : absl::DeadlineExceededError("never happened: " + what);
  }

  // The police's case, to the shelter and the ministry, with a copy to IOM; all three accept.
  absl::Status Refer() {
    AMANA_ASSIGN_OR_RETURN(person_, world_.NewPerson(kPolice, {"haven", "iom", "mfa"}));
    AMANA_RETURN_IF_ERROR(world_.agency(kPolice).side->Refer(person_));
    return Until("everybody has the whole case, and the police know", [&] {
      for (const size_t which : {kShelter, kMinistry, kIom}) {
        if (!Has(which, "whole case " + person_.token)) return false;
      }
      for (const int task : {0, 1, 2}) {
        if (!Told(absl::StrCat(task, " TASK_ACCEPTED"))) return false;
      }
      return true;
    });
  }
  bool Told(const std::string& what) {
    return Has(kPolice, absl::StrCat("notice ", PoliceSide::ObNumber(person_), "#case-",
                                     person_.token, " ", what));
  }

  // The shelter's answer to a step that its own program was told of.
  absl::Status ShelterStep(const std::string& after, const std::string& step, const Json& details) {
    Program& program = *world_.agency(kShelter).program;
    bool taken = false;
    return Until(step, [&] {
      const Json notices = program.Call("GET", "/v1/notices", "");
      if (!taken && absl::StrContains(notices.dump(), "\"" + after + "\"")) {
        taken = world_.side<ShelterSide>(kShelter).Step(Offer(), step, details);
      }
      return taken && Told("0 HANDOVER_" + step);
    });
  }
  std::string Offer() {
    const Json inbox = world_.agency(kShelter).program->Call("GET", "/v1/inbox", "");
    return inbox.is_object() && !inbox["items"].empty() ? inbox["items"][0].value("key", "") : "";
  }
  absl::Status PoliceStep(const std::string& step, const Json& details) {
    world_.side<PoliceSide>(kPolice).Step(PoliceSide::ObNumber(person_), step, details);
    return Until(step, [&] { return Told("0 HANDOVER_" + step); });
  }
  // What the police's system was told for the escort; empty: nothing.
  std::string EscortCode() {
    for (const auto& message : world_.side<PoliceSide>(kPolice).messages()) {
      const Json settlement = message.document.value("x:Settlement", Json::object());
      if (settlement.contains("x:EscortCodeText")) return settlement["x:EscortCodeText"];
    }
    return "";
  }
  static std::string Time(absl::Time time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
  }

  absl::Status HandOver() {
    const std::string from = Time(absl::Now());
    const std::string until = Time(absl::Now() + absl::Hours(3));
    AMANA_RETURN_IF_ERROR(
        PoliceStep("OFFERED", {{"x:WindowFromDateTime", from}, {"x:WindowUntilDateTime", until}}));
    AMANA_RETURN_IF_ERROR(ShelterStep("HANDOVER_OFFERED", "AGREED",
                                      {{"place", "SYNTHETIC-PLACE"},
                                       {"officer", "SYNTHETIC-OFFICER"},
                                       {"window_from", from},
                                       {"window_until", until}}));
    AMANA_RETURN_IF_ERROR(PoliceStep("IN_TRANSIT", {{"x:EscortText", "SYNTHETIC-ESCORT"}}));
    AMANA_RETURN_IF_ERROR(Until("the escort's code", [&] { return !EscortCode().empty(); }));
    AMANA_RETURN_IF_ERROR(
        ShelterStep("HANDOVER_IN_TRANSIT", "ARRIVED", {{"escort_code", EscortCode()}}));
    // What two sign, the recipient signs first: nobody is told of one signature.
    AMANA_RETURN_IF_ERROR(Until("CUSTODY_TRANSFERRED of the shelter", [&] {
      return world_.side<ShelterSide>(kShelter).Step(Offer(), "CUSTODY_TRANSFERRED",
                                                     Json::object());
    }));
    AMANA_RETURN_IF_ERROR(Until("its signature is with the broker", [&] {
      const Json item = world_.agency(kShelter).program->Call(
          "GET", "/v1/items?key=step/CUSTODY_TRANSFERRED", "");
      return item.is_object() && item.value("state", "") == "SETTLED";
    }));
    return PoliceStep("CUSTODY_TRANSFERRED", Json::object());
  }

  // Its folder, its adapter's inbox and the log: nothing of the case was ever leased to it.
  absl::Status CheckNothingToImmigration() {
    if (!world_.side<ImmigrationSide>(kImmigration).IsEmpty()) {
      return absl::InternalError("immigration's folder is not empty");
    }
    const Json inbox = world_.agency(kImmigration).program->Call("GET", "/v1/inbox", "");
    if (!inbox.is_object() || !inbox["items"].empty()) {
      return absl::InternalError("immigration's inbox is not empty: " + inbox.dump());
    }
    AMANA_ASSIGN_OR_RETURN(const auto auditor,
                           tests::Endpoint::Open(world_.broker_world().agency_config("auditor")));
    for (const size_t party : {kPolice, kImmigration}) {
      size_t events = 0, to_immigration = 0;
      tests::LogCheck log(*world_.agency(party).office, *auditor,
                          world_.broker_world().File(absl::StrCat("mirror-before-", party)));
      log.on_event = [&](uint64_t, const sdk::EventView& event) {
        if (!event.referral.has_value()) return;
        ++events;
        if (event.recipient.has_value() && event.recipient->agency.value() == "dis") {
          ++to_immigration;
        }
      };
      AMANA_RETURN_IF_ERROR(log.Verify());
      if (to_immigration > 0 || (party == kPolice) != (events > 0)) {
        return absl::InternalError(absl::StrCat("the log has ", to_immigration, " of ", events,
                                                " events about a delivery to immigration"));
      }
    }
    return absl::OkStatus();
  }

  absl::Status TheOthersRefer() {
    const std::pair<size_t, const char*> referrals[] = {
        {kImmigration, "haven"}, {kIom, "police"}, {kMinistry, "haven"}, {kShelter, "iom"}};
    for (const auto& [sender, recipient] : referrals) {
      AMANA_ASSIGN_OR_RETURN(const Person person, world_.NewPerson(sender, {recipient}));
      AMANA_RETURN_IF_ERROR(world_.agency(sender).side->Refer(person));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> Compare() {
    const char* const source = std::getenv("AMANA_SOURCE_DIR");
    AMANA_ASSIGN_OR_RETURN(
        const std::string text,
        RealFileSystem().Read(absl::StrCat(source == nullptr ? "." : source, kExpected)));
    const Json expected = Json::parse(text);
    AMANA_ASSIGN_OR_RETURN(const Json actual, Records());
    std::vector<std::string> lines;
    for (const auto& [side, records] : actual.items()) {
      const auto more = Differences(side, expected.value(side, Json::object()), records);
      lines.insert(lines.end(), more.begin(), more.end());
    }
    return lines;
  }
  absl::Status Same() {
    AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> lines, Compare());
    std::string all;
    for (const std::string& line : lines) absl::StrAppend(&all, "\n", line);
    return all.empty() ? absl::OkStatus()
                       : absl::InternalError("native records are not as expected:" + all);
  }

  absl::Status CheckEnds() {
    AMANA_RETURN_IF_ERROR(
        world_.ActUntil(kPatience, [&] { return Same().ok() && AllIdle(); }).status());
    AMANA_RETURN_IF_ERROR(Same());
    AMANA_RETURN_IF_ERROR(world_.StopAdapters());
    AMANA_RETURN_IF_ERROR(Same());
    std::vector<std::string> findings;
    AMANA_RETURN_IF_ERROR(world_.CheckLog(findings));
    for (const std::string& file : world_.Leaks()) findings.push_back("content in " + file);
    return findings.empty() ? absl::OkStatus() : absl::InternalError(findings.front());
  }
  bool AllIdle() {
    for (Agency& agency : world_.agencies()) {
      if (!agency.program->IsIdle()) return false;
    }
    return true;
  }

  World world_;
  Person person_;
};

}  // namespace

int RunStory(const StoryOptions& options) {
  const absl::Time began = absl::Now();
  Story story;
  const absl::Status told = story.Tell();
  if (options.show) {
    const absl::StatusOr<Json> records = story.Records();
    if (records.ok()) std::printf("%s\n", records->dump(1).c_str());
  }
  if (!told.ok()) std::fprintf(stderr, "%s\n", told.ToString().c_str());
  if (!told.ok() && options.keep) {
    story.world().broker_world().Keep();
    std::fprintf(stderr, "kept: %s\n", story.world().broker_world().path().c_str());
  }
  if (options.json) {
    const Json json = {{"agencies", story.world().agencies().size()},
                       {"story", told.ok() ? "as expected" : "failed"},
                       {"seconds", absl::ToDoubleSeconds(absl::Now() - began)}};
    std::printf("%s\n", json.dump().c_str());
  }
  return told.ok() ? 0 : 1;
}

}  // namespace amana::five
