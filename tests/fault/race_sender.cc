#include "tests/fault/race_sender.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/rpcs.h"
#include "agency-adapters/sdk/verifier.h"
#include "base/status.h"
#include "tests/fault/signed_acts.h"

namespace amana::tests {
namespace {

constexpr size_t kMostUnanswered = 4;
constexpr size_t kMostConsents = 3;
constexpr size_t kBurst = 120;

// Padded to 4 KiB in each section: a delivery is larger than all that its stream carries besides.
const std::string& Content() {
  static const auto* const content =
      new std::string(R"({"note":"SYNTHETIC )" + std::string(3000, '.') + "\"}");
  return *content;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RaceSender>> RaceSender::Open(const BrokerWorld& world,
                                                             const RaceBoard& board, size_t number,
                                                             bool bursts, uint64_t seed) {
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<Endpoint> endpoint,
                         Endpoint::Open(world.agency_config("police"),
                                        world.File(absl::StrCat("mailbox-sender-", number))));
  return std::unique_ptr<RaceSender>(new RaceSender(std::move(endpoint), board, bursts, seed));
}

absl::Status RaceSender::Work(const std::atomic<bool>& stop) {
  absl::Status status;
  while (status.ok() && !stop.load()) {
    if (consents_.empty() || (consents_.size() < kMostConsents && Chance(0.3))) {
      status = MakeConsent();
    }
    for (size_t left = 1 + Below(3); status.ok() && left > 0; --left) {
      status = Submit(consents_[Below(consents_.size())]);
    }
    if (status.ok() && Chance(0.2)) status = Withdraw(Below(consents_.size()));
    if (status.ok() && bursts_ && Chance(0.03)) status = Burst();
    if (status.ok()) status = failure();
    // The load's pace: the receivers can just about follow.
    absl::SleepFor(absl::Milliseconds(Below(120)));
  }
  AwaitUnanswered(0);
  status.Update(failure());
  return status;
}

absl::Status RaceSender::MakeConsent() {
  Consent consent{{SampleConsent(absl::Now()), {}}, {}};
  AMANA_ASSIGN_OR_RETURN(const sdk::NewEntry entry,
                         SignConsent(endpoint_->identity(), consent.use.record, absl::Now()));
  AMANA_RETURN_IF_ERROR(CallSigned(endpoint_->client(), sdk::kRegisterConsent, entry).status());
  consent.use.digest = entry.digest;
  consents_.push_back(std::move(consent));
  return absl::OkStatus();
}

absl::Status RaceSender::Submit(Consent& consent) {
  const Address to = AddressOf(Chance(0.7) ? "haven/intake" : "haven/coast");
  AMANA_ASSIGN_OR_RETURN(
      SealedReferral sealed,
      SealReferral(endpoint_->identity(), SampleReferral(consent.use, to, Content(), absl::Now()),
                   absl::Now()));
  consent.referrals.push_back(sealed.key);
  AwaitUnanswered(kMostUnanswered - 1);
  {
    absl::MutexLock lock(&mu_);
    ++unanswered_;
  }
  endpoint_->client().CallAsync(sdk::kSubmit, sealed.request,
                                [this](const absl::StatusOr<v1::SubmitResponse>& response) {
                                  absl::MutexLock lock(&mu_);
                                  --unanswered_;
                                  submitted_ += response.ok();
                                  failure_.Update(response.status());
                                });
  return absl::OkStatus();
}

absl::Status RaceSender::Burst() {
  AMANA_RETURN_IF_ERROR(MakeConsent());
  for (size_t i = 0; i < kBurst; ++i) AMANA_RETURN_IF_ERROR(Submit(consents_.back()));
  return Withdraw(consents_.size() - 1);
}

// Submissions under the consent may be under way; some more follow it, which reach nobody.
absl::Status RaceSender::Withdraw(size_t chosen) {
  Consent consent = std::move(consents_[chosen]);
  consents_.erase(consents_.begin() + static_cast<ptrdiff_t>(chosen));
  AMANA_ASSIGN_OR_RETURN(const sdk::NewEntry entry,
                         SignWithdrawal(endpoint_->identity(), consent.use.record, absl::Now()));
  RaceWithdrawal withdrawal;
  const absl::Time began = absl::Now();
  AMANA_ASSIGN_OR_RETURN(const v1::WithdrawConsentResponse response,
                         CallSigned(endpoint_->client(), sdk::kWithdrawConsent, entry));
  // First of all: what the broker writes from now on, it writes after its answer.
  AMANA_ASSIGN_OR_RETURN(withdrawal.marks, board_.MarkAll());
  withdrawal.took = absl::Now() - began;
  AMANA_ASSIGN_OR_RETURN(const sdk::VerifiedReceipt receipt,
                         sdk::VerifyReceipt(response.receipt(), endpoint_->identity().log()));
  if (receipt.event.kind != v1::EVENT_KIND_CONSENT_WITHDRAWN ||
      receipt.event.statement_digest != entry.digest) {
    return absl::InternalError("the receipt of a withdrawal is of something else");
  }
  withdrawal.index = receipt.index;
  withdrawal.receipt = response.receipt();
  if (Chance(0.3)) AMANA_RETURN_IF_ERROR(Submit(consent));
  withdrawal.referrals = std::move(consent.referrals);
  withdrawals_.push_back(std::move(withdrawal));
  return absl::OkStatus();
}

void RaceSender::AwaitUnanswered(size_t at_most) {
  absl::MutexLock lock(&mu_);
  const auto few = [this, at_most]()
                       ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return unanswered_ <= at_most; };
  mu_.Await(absl::Condition(&few));
}

absl::Status RaceSender::failure() const {
  absl::MutexLock lock(&mu_);
  return failure_;
}

size_t RaceSender::submitted() const {
  absl::MutexLock lock(&mu_);
  return submitted_;
}

}  // namespace amana::tests
