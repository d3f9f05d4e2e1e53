#include "tests/integration/five_agencies/kills.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status.h"
#include "tests/integration/five_agencies/expect.h"
#include "tests/integration/five_agencies/immigration_side.h"
#include "tests/integration/five_agencies/killer.h"
#include "tests/integration/five_agencies/police_side.h"
#include "tests/integration/five_agencies/world.h"

namespace amana::five {
namespace {

constexpr absl::Duration kBetweenCases = absl::Milliseconds(300);
constexpr size_t kMostUnderWay = 50;  // effects that are not there yet
constexpr absl::Duration kLongest = absl::Minutes(15);
constexpr absl::Duration kPatience = absl::Minutes(3);  // once nobody is killed any more
constexpr size_t kTold = 20;

class Kills {
 public:
  explicit Kills(const KillOptions& options) : expected_(world_) {
    world_.side<PoliceSide>(kPolice).AskImmigration();
    for (size_t i = 0; i < world_.agencies().size(); ++i) {
      killers_.emplace_back(*world_.agency(i).program, options.kills, options.seed * 10 + i);
    }
  }

  absl::Status Run() {
    AMANA_RETURN_IF_ERROR(world_.Open());
    AMANA_ASSIGN_OR_RETURN(const bool killed, world_.ActUntil(kLongest, [this] {
      for (Killer& killer : killers_) failed_.Update(killer.Act());
      failed_.Update(Feed());
      return !failed_.ok() || std::all_of(killers_.begin(), killers_.end(),
                                          [](const Killer& killer) { return killer.IsDone(); });
    }));
    AMANA_RETURN_IF_ERROR(failed_);
    if (!killed) return absl::DeadlineExceededError("the kills took too long");
    AMANA_RETURN_IF_ERROR(
        world_.ActUntil(kPatience, [this] { return NothingIsMissing() && AllIdle(); }).status());
    AMANA_RETURN_IF_ERROR(world_.StopAdapters());
    AMANA_ASSIGN_OR_RETURN(balances_, expected_.Weigh());
    return CheckBroker();
  }

  World& world() { return world_; }
  std::vector<std::string> findings;

  Json Figures() const {
    Json json = {
        {"agencies", world_count()}, {"items", 0}, {"kills", 0}, {"lost", 0}, {"doubled", 0}};
    for (size_t i = 0; i < balances_.size(); ++i) {
      const Balance& balance = balances_[i];
      json["items"] = json["items"].get<size_t>() + balance.items;
      json["lost"] = json["lost"].get<size_t>() + balance.lost.size();
      json["doubled"] = json["doubled"].get<size_t>() + balance.doubled.size();
      json["kills"] = json["kills"].get<int>() + killers_[i].kills();
      json["by_agency"][names_[i]] = {{"items", balance.items},
                                      {"kills", killers_[i].kills()},
                                      {"killed_at", killers_[i].at()},
                                      {"lost", balance.lost.size()},
                                      {"doubled", balance.doubled.size()}};
    }
    return json;
  }
  bool Good() const {
    return findings.empty() && !balances_.empty() &&
           std::all_of(balances_.begin(), balances_.end(), [](const Balance& balance) {
             return balance.lost.empty() && balance.doubled.empty();
           });
  }
  void TellFindings() const {
    for (size_t i = 0; i < balances_.size(); ++i) {
      for (const auto& [what, list] :
           {std::pair("lost", &balances_[i].lost), std::pair("doubled", &balances_[i].doubled)}) {
        for (size_t j = 0; j < std::min(list->size(), kTold); ++j) {
          std::fprintf(stderr, "%s: %s: %s\n", names_[i], what, (*list)[j].c_str());
        }
      }
    }
    for (const std::string& finding : findings) std::fprintf(stderr, "%s\n", finding.c_str());
  }

 private:
  static constexpr const char* names_[] = {"police", "shelter", "iom", "foreign-affairs",
                                           "immigration"};
  static size_t world_count() { return std::size(names_); }

  // A case of each agency in turn, as long as not too much is under way.
  absl::Status Feed() {
    if (absl::Now() < next_case_) return absl::OkStatus();
    next_case_ = absl::Now() + kBetweenCases;
    AMANA_ASSIGN_OR_RETURN(const size_t missing, Missing());
    if (missing > kMostUnderWay) return absl::OkStatus();
    const size_t sender = turn_++ % world_.agencies().size();
    const std::vector<std::string> recipients[] = {
        {"haven", "mfa", "dis", "iom"}, {"iom"}, {"police"}, {"haven"}, {"haven"}};
    AMANA_ASSIGN_OR_RETURN(const Person person, world_.NewPerson(sender, recipients[sender]));
    if (sender == kPolice) {
      AMANA_RETURN_IF_ERROR(world_.side<ImmigrationSide>(kImmigration).Name(person.consent));
    }
    AMANA_RETURN_IF_ERROR(world_.agency(sender).side->Refer(person));
    expected_.Referred(sender, person);
    return absl::OkStatus();
  }
  absl::StatusOr<size_t> Missing() {
    AMANA_ASSIGN_OR_RETURN(const std::vector<Balance> balances, expected_.Weigh());
    size_t missing = 0;
    for (const Balance& balance : balances) missing += balance.lost.size();
    return missing;
  }
  bool NothingIsMissing() {
    const absl::StatusOr<size_t> missing = Missing();
    return missing.ok() && *missing == 0;
  }
  bool AllIdle() {
    for (Agency& agency : world_.agencies()) {
      if (!agency.program->IsIdle()) return false;
    }
    return true;
  }

  // One referral for each native case, nothing twice in the log, no content in any log file.
  absl::Status CheckBroker() {
    std::map<std::string, size_t> accepted;
    AMANA_RETURN_IF_ERROR(world_.CheckLog(findings, &accepted));
    for (size_t i = 0; i < world_.agencies().size(); ++i) {
      const size_t has = accepted[world_.agency(i).id];
      if (has != expected_.cases(i)) {
        findings.push_back(absl::StrCat("the broker has ", has, " referrals of ", names_[i],
                                        " for ", expected_.cases(i), " cases"));
      }
    }
    for (const std::string& file : world_.Leaks()) findings.push_back("content in " + file);
    return absl::OkStatus();
  }

  World world_;
  Expectation expected_;
  std::vector<Killer> killers_;
  std::vector<Balance> balances_;
  absl::Status failed_;
  absl::Time next_case_ = absl::InfinitePast();
  size_t turn_ = 0;
};

}  // namespace

int RunKills(const KillOptions& options) {
  const absl::Time began = absl::Now();
  Kills kills(options);
  const absl::Status run = kills.Run();
  if (!run.ok()) kills.findings.push_back(run.ToString());
  kills.TellFindings();
  Json figures = kills.Figures();
  figures["findings"] = kills.findings.size();
  figures["seed"] = options.seed;
  figures["seconds"] = absl::ToDoubleSeconds(absl::Now() - began);
  std::printf("%s\n", options.json ? figures.dump().c_str() : figures.dump(1).c_str());
  if (!kills.Good() && options.keep) {
    kills.world().broker_world().Keep();
    std::fprintf(stderr, "kept: %s\n", kills.world().broker_world().path().c_str());
  }
  return kills.Good() ? 0 : 1;
}

}  // namespace amana::five
