#include "tests/sim/live_run.h"

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agency-adapters/sdk/identity.h"
#include "base/status.h"
#include "proto/envelope/directory_testing.h"
#include "tests/sim/chance.h"

namespace amana::sim {
namespace {

constexpr absl::Duration kBetweenLooks = absl::Milliseconds(500);
constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr char kSettings[] = R"([drill]
hour = "1s"
[logging]
level = "warning"
[limits]
min_free_mib = 1
[delivery]
lease = "2s"
acknowledge_within = "5s"
backoff_first = "50ms"
backoff_longest = "500ms"
max_attempts = 1000
recall_within = "6s"
handover_grace = "1s"
)";

}  // namespace

std::vector<Offering> MakeTown(uint64_t seed, size_t providers) {
  Chance chance(seed);
  std::vector<Offering> town;
  for (size_t i = 0; i < providers; ++i) {
    town.push_back(MakeOffering(i, chance));
    town.back().places = static_cast<uint32_t>(2 + chance.Below(5));  // they are soon full
  }
  return town;
}

std::vector<std::string> ShelterNames(size_t providers) {
  std::vector<std::string> names;
  for (size_t i = 0; i < providers; ++i) names.push_back(ShelterName(i));
  return names;
}

LiveRun::LiveRun(std::string program, const LiveOptions& options)
    : program_(std::move(program)),
      options_(options),
      town_(MakeTown(options.seed, options.providers)),
      world_({.broker_settings = kSettings,
              .data_dir = "",
              .origin = "drill.amana.example/log",
              .shelters = ShelterNames(options.providers)}),
      folder_(world_.path()),
      broker_(world_) {
  if (options.keep) world_.Keep();
  broker_.set_directory = false;
}

absl::Status LiveRun::Go() {
  AMANA_RETURN_IF_ERROR(SetUp());
  AMANA_RETURN_IF_ERROR(Live());
  AMANA_RETURN_IF_ERROR(Drain());
  AMANA_RETURN_IF_ERROR(Judge());
  AMANA_RETURN_IF_ERROR(broker_.Stop());
  return CheckCustody();
}

absl::Status LiveRun::SetUp() {
  AMANA_RETURN_IF_ERROR(broker_.Start());
  // The police's system seals without asking anybody for most, and for some a person must.
  std::string wraps = "[wraps]\nagencies = [";
  const Phone phone(folder_);
  AMANA_RETURN_IF_ERROR(phone.Install("police"));
  AMANA_RETURN_IF_ERROR(phone.Install("escort"));
  for (size_t i = 0; i < town_.size(); ++i) {
    AMANA_RETURN_IF_ERROR(phone.Install(ShelterName(i)));
    if (i % 5 != 4) absl::StrAppend(&wraps, "\"", ShelterName(i), "\", ");
  }
  const std::string police = "endpoints/police/agency.toml";
  world_.Write(police, world_.Read(police) + wraps + "]\n");
  AMANA_RETURN_IF_ERROR(SetDirectory());
  AMANA_ASSIGN_OR_RETURN(watch_, LiveWatch::Open(folder_));
  for (size_t i = 0; i < kPrograms; ++i) AMANA_RETURN_IF_ERROR(StartRole("providers", i));
  AMANA_RETURN_IF_ERROR(StartRole("coordinator", 0));
  AMANA_RETURN_IF_ERROR(StartRole("police", 0));
  began_ = absl::Now();
  Chance chance(options_.seed);
  const auto at = [&](double from, double to) {
    const double part = from + (to - from) * static_cast<double>(chance.Below(1000)) / 1000;
    return began_ + absl::Seconds(options_.seconds * part);
  };
  kills_[at(0.2, 0.35)] = absl::StrCat("providers", chance.Below(kPrograms));
  kills_[at(0.4, 0.5)] = "broker";
  return absl::OkStatus();
}

absl::Status LiveRun::SetDirectory() {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity identity,
                         sdk::Identity::Load(folder_.agency_toml("secretariat")));
  AMANA_ASSIGN_OR_RETURN(const auto client, tests::Connect(identity));
  std::vector<v1::DirectoryEntry> entries = {
      envelope::TestEntry("police", v1::AGENCY_KIND_POLICE, {{"desk", {v1::SERVICE_TYPE_RESCUE}}})};
  for (size_t i = 0; i < town_.size(); ++i) {
    entries.push_back(
        envelope::TestEntry(ShelterName(i), v1::AGENCY_KIND_SHELTER, {{"intake", {}}}));
    Describe(town_[i], *entries.back().mutable_units(0));
  }
  for (const v1::DirectoryEntry& entry : entries) {
    envelope::SignedEntry both = envelope::SignEntry(entry, absl::Now());
    v1::SetDirectoryEntryRequest request;
    *request.mutable_entry() = std::move(both.entry);
    *request.mutable_approval() = std::move(both.approval);
    AMANA_RETURN_IF_ERROR(client->Call(sdk::kSetDirectoryEntry, request).status());
  }
  return absl::OkStatus();
}

absl::Status LiveRun::StartRole(const std::string& role, size_t number) {
  tests::ChildOptions child;
  child.command = {program_,
                   "--role",
                   role,
                   "--number",
                   absl::StrCat(number),
                   "--world",
                   world_.path(),
                   "--seed",
                   absl::StrCat(options_.seed),
                   "--providers",
                   absl::StrCat(options_.providers),
                   "--seconds",
                   absl::StrCat(options_.seconds),
                   "--per-second",
                   absl::StrCat(options_.per_second)};
  if (options_.deaf) child.command.emplace_back("--deaf");
  const std::string name = absl::StrCat(role, number);
  child.stderr_file = world_.File(name + ".log");
  AMANA_ASSIGN_OR_RETURN(roles_[name], tests::ChildProcess::Start(child));
  return absl::OkStatus();
}

absl::Status LiveRun::Live() {
  const absl::Time until = began_ + absl::Seconds(options_.seconds);
  while (absl::Now() < until) {
    AMANA_RETURN_IF_ERROR(KillWhoIsDue(absl::Now()));
    AMANA_RETURN_IF_ERROR(Look());
    for (auto& [name, role] : roles_) {
      if (!role->Running()) return Fault(name, "has ended");
    }
    absl::SleepFor(kBetweenLooks);
  }
  return absl::OkStatus();
}

absl::Status LiveRun::Drain() {
  const absl::Time until = absl::Now() + absl::Seconds(options_.drain);
  do {
    AMANA_RETURN_IF_ERROR(Look());
    if (watch_->AllIsOver()) return absl::OkStatus();
    absl::SleepFor(kBetweenLooks);
  } while (absl::Now() < until);
  for (int i = 0; watch_->Suspects() && i < 2 * LiveJudge::kLooks; ++i) {
    AMANA_RETURN_IF_ERROR(Look());
    absl::SleepFor(kBetweenLooks);
  }
  return absl::OkStatus();
}

absl::Status LiveRun::Look() {
  const absl::Status looked = watch_->Look();
  return Passes(looked) ? absl::OkStatus() : looked;
}

absl::Status LiveRun::KillWhoIsDue(absl::Time now) {
  if (kills_.empty() || kills_.begin()->first > now) return absl::OkStatus();
  const std::string whom = kills_.begin()->second;
  kills_.erase(kills_.begin());
  if (whom == "broker") {
    broker_.Kill();
    ++brokers_killed_;
    return broker_.Start();
  }
  roles_.at(whom)->Kill();
  ++providers_killed_;
  return StartRole("providers", static_cast<size_t>(whom.back() - '0'));
}

absl::Status LiveRun::Fault(const std::string& name, const std::string& what) const {
  constexpr size_t kEnough = 2000;
  const std::string log = world_.Read(name + ".log");
  return absl::InternalError(absl::StrCat(name, " ", what, "; its log ends:\n",
                                          log.substr(log.size() - std::min(log.size(), kEnough))));
}

absl::Status LiveRun::StopRole(const std::string& name) {
  tests::ChildProcess& role = *roles_.at(name);
  role.Signal(SIGTERM);  // another one changes nothing
  const absl::StatusOr<std::string> line = role.ReadLine(kPatience);
  const std::optional<int> status = role.Wait(kPatience);
  if (!line.ok() || !status.has_value() || !WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
    return Fault(name, "did not end well");
  }
  const auto told = nlohmann::json::parse(*line, nullptr, /*allow_exceptions=*/false);
  if (!told.is_object()) return Fault(name, "said " + *line);
  for (const auto& [key, value] : told.items()) said_[key] += value.get<uint64_t>();
  return absl::OkStatus();
}

absl::Status LiveRun::Judge() {
  for (auto& [name, role] : roles_) {
    if (name != "police0") role->Signal(SIGTERM);
  }
  for (size_t i = 0; i < kPrograms; ++i) {
    AMANA_RETURN_IF_ERROR(StopRole(absl::StrCat("providers", i)));
  }
  AMANA_RETURN_IF_ERROR(StopRole("coordinator0"));
  // What the police must have been told when they end.
  AMANA_ASSIGN_OR_RETURN(const uint64_t until, watch_->LogSize());
  AMANA_RETURN_IF_ERROR(StopRole("police0"));
  return watch_->LookAtTheEnd(until);
}

// By the store itself, once the broker has ended.
absl::Status LiveRun::CheckCustody() {
  tests::ChildOptions fsck;
  fsck.command = {tests::ProgramPath("amana-broker"), "--json", "--config", world_.broker_config(),
                  "fsck"};
  AMANA_ASSIGN_OR_RETURN(const auto child, tests::ChildProcess::Start(fsck));
  AMANA_ASSIGN_OR_RETURN(custody_, child->ReadLine(kPatience));
  const std::optional<int> status = child->Wait(kPatience);
  custody_good_ = status.has_value() && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
  return absl::OkStatus();
}

}  // namespace amana::sim
