#include "tests/fault/submit_load.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agency-adapters/sdk/rpcs.h"
#include "base/status.h"
#include "tests/fault/signed_acts.h"

namespace amana::tests {
namespace {

constexpr std::string_view kContent = R"({"note":"SYNTHETIC"})";

double Rank(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

absl::StatusOr<std::unique_ptr<SubmitLoad>> SubmitLoad::Start(const BrokerWorld& world,
                                                              size_t clients, const Address& to) {
  std::unique_ptr<SubmitLoad> load(new SubmitLoad(to));
  for (size_t i = 0; i < clients; ++i) {
    AMANA_ASSIGN_OR_RETURN(auto client, Endpoint::Open(world.agency_config("police"),
                                                       world.File(absl::StrCat("load-", i))));
    load->clients_.push_back(std::move(client));
  }
  for (auto& client : load->clients_) {
    load->threads_.emplace_back([load = load.get(), client = client.get()] {
      const absl::Status status = load->Work(*client);
      absl::MutexLock lock(&load->mu_);
      load->failure_.Update(status);
    });
  }
  return load;
}

SubmitLoad::~SubmitLoad() { (void)Stop(); }

absl::Status SubmitLoad::Work(Endpoint& client) {
  ConsentUse consent{SampleConsent(absl::Now()), {}};
  AMANA_ASSIGN_OR_RETURN(const sdk::NewEntry entry,
                         SignConsent(client.identity(), consent.record, absl::Now()));
  consent.digest = entry.digest;
  AMANA_RETURN_IF_ERROR(CallSigned(client.client(), sdk::kRegisterConsent, entry).status());
  while (!stop_.load()) {
    const absl::Time now = absl::Now();
    AMANA_ASSIGN_OR_RETURN(
        const SealedReferral sealed,
        SealReferral(client.identity(), SampleReferral(consent, to_, kContent, now), now));
    const absl::Time began = absl::Now();
    AMANA_RETURN_IF_ERROR(client.client().Call(sdk::kSubmit, sealed.request).status());
    const double ms = absl::ToDoubleMilliseconds(absl::Now() - began);
    absl::MutexLock lock(&mu_);
    calls_.push_back({began, ms});
  }
  return absl::OkStatus();
}

Latencies SubmitLoad::Between(absl::Time from, absl::Time until) const {
  std::vector<double> sample;
  {
    absl::MutexLock lock(&mu_);
    for (const Call& call : calls_) {
      if (call.began >= from && call.began < until) sample.push_back(call.ms);
    }
  }
  std::sort(sample.begin(), sample.end());
  return {sample.size(), Rank(sample, 0.50), Rank(sample, 0.99)};
}

absl::Status SubmitLoad::Stop() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  absl::MutexLock lock(&mu_);
  return failure_;
}

}  // namespace amana::tests
