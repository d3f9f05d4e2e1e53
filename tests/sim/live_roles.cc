#include "tests/sim/live_roles.h"

#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/process.h"
#include "base/status.h"
#include "tests/sim/live_coordinator.h"
#include "tests/sim/live_provider.h"
#include "tests/sim/live_said.h"
#include "tests/sim/live_sender.h"

namespace amana::sim {
namespace {

using Counts = std::map<std::string, uint64_t>;

constexpr absl::Duration kTick = absl::Milliseconds(50);
constexpr absl::Duration kToFinish = absl::Seconds(10);
// So much of the time somebody new comes; then what has begun goes on.
constexpr double kSending = 0.6;

void Print(const Counts& counts) {
  std::puts(nlohmann::json(counts).dump().c_str());
  std::fflush(stdout);
}

void Add(const Counts& said, const std::string& who, Counts& counts) {
  for (const auto& [what, times] : said) counts[absl::StrCat(who, " ", what)] += times;
}

absl::Status PlayProviders(const LiveFolder& folder, size_t number, const LiveOptions& options,
                           ShutdownSignal& shutdown) {
  const std::vector<Offering> town = MakeTown(options.seed, options.providers);
  std::vector<std::unique_ptr<LiveProvider>> providers;
  for (size_t i = number; i < town.size(); i += kPrograms) {
    AMANA_ASSIGN_OR_RETURN(auto provider,
                           LiveProvider::Open(folder, ShelterName(i), town[i], options.seed));
    providers.push_back(std::move(provider));
  }
  while (!shutdown.Wait(kTick)) {
    for (auto& provider : providers) AMANA_RETURN_IF_ERROR(provider->Act());
  }
  Counts counts;
  for (auto& provider : providers) provider->Stop();
  for (auto& provider : providers) {
    AMANA_RETURN_IF_ERROR(provider->Finish(absl::Now() + kToFinish));
    AMANA_ASSIGN_OR_RETURN(const Counts said, SaidIn(provider->mailbox()));
    Add(said, "shelter", counts);
  }
  Print(counts);
  return absl::OkStatus();
}

absl::Status PlayCoordinator(const LiveFolder& folder, const LiveOptions& options,
                             ShutdownSignal& shutdown) {
  AMANA_ASSIGN_OR_RETURN(
      const auto coordinator,
      LiveCoordinator::Open(folder, options.seed, ShelterNames(options.providers)));
  while (!shutdown.Wait(4 * kTick)) AMANA_RETURN_IF_ERROR(coordinator->Look());
  Print(
      {{"coordinator named", coordinator->named()}, {"coordinator closed", coordinator->closed()}});
  return absl::OkStatus();
}

absl::Status PlayPolice(const LiveFolder& folder, const LiveOptions& options,
                        ShutdownSignal& shutdown) {
  LiveSenderOptions sender;
  sender.seed = options.seed;
  sender.per_second = options.per_second;
  sender.sends_for = absl::Seconds(options.seconds * kSending);
  sender.deaf = options.deaf;
  AMANA_ASSIGN_OR_RETURN(const auto police, LiveSender::Open(folder, sender));
  while (!shutdown.Wait(kTick)) AMANA_RETURN_IF_ERROR(police->Act());
  AMANA_RETURN_IF_ERROR(police->Finish(absl::Now() + kToFinish));
  const std::vector<absl::Duration> lags = police->Lags();
  const auto lag = [&](double part) {
    return static_cast<uint64_t>(absl::ToInt64Milliseconds(TimeAt(lags, part)));
  };
  Counts counts = {{"withdrawn", police->withdrawn()},
                   {"lag_p50_ms", lag(0.5)},
                   {"lag_p99_ms", lag(0.99)},
                   {"lag_max_ms", lag(1)}};
  AMANA_ASSIGN_OR_RETURN(const Counts said, SaidIn(police->mailbox()));
  Add(said, "police", counts);
  Print(counts);
  return absl::OkStatus();
}

}  // namespace

absl::Status PlayRole(const RoleOptions& role, const LiveOptions& options) {
  AMANA_ASSIGN_OR_RETURN(const auto shutdown, ShutdownSignal::Create());
  const LiveFolder folder(role.world);
  if (role.role == "providers") return PlayProviders(folder, role.number, options, *shutdown);
  if (role.role == "coordinator") return PlayCoordinator(folder, options, *shutdown);
  if (role.role == "police") return PlayPolice(folder, options, *shutdown);
  return absl::InvalidArgumentError("no such role: " + role.role);
}

}  // namespace amana::sim
