// Submissions sealed and signed before the clock runs. Contents are SYNTHETIC.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_POOL_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_POOL_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agency-adapters/cli/bench/bench_stopwatch.h"
#include "agency-adapters/sdk/identity.h"
#include "amana/v1/consent.pb.h"
#include "base/ids.h"
#include "proto/envelope/grant.h"

namespace amana::cli {

inline constexpr size_t kBenchContentBytes = 2048;  // of a submission, in three sections

struct SealedReferral {
  std::string request;  // a serialised SubmitRequest
  ReferralId referral;
  Digest digest;  // of the header's payload
};

// The consent that all submissions rest on, signed by the identity. IDENTITY_INVALID,
// SIGNING_KEY_MISSING, CRYPTO_FAILED.
struct BenchConsent {
  v1::SignedEnvelope envelope;
  v1::ConsentRecord record;
};
absl::StatusOr<BenchConsent> MakeBenchConsent(const sdk::Identity& sender, const Address& recipient,
                                              absl::Time now);

// Makes referrals of one sender to one recipient: one service, three sections, one grant.
// Immutable, thread-safe; the identity must outlive it.
class Sealer {
 public:
  // IDENTITY_INVALID, SIGNING_KEY_MISSING.
  static absl::StatusOr<Sealer> Create(const sdk::Identity& sender,
                                       const envelope::GrantRecipient& recipient,
                                       const v1::ConsentRecord& consent);
  // Errors of envelope::SealSubmission.
  absl::StatusOr<SealedReferral> Seal(absl::Time created) const;

 private:
  Sealer(const sdk::SigningIdentity& signer, envelope::GrantRecipient recipient,
         v1::ReferralHeader header);

  const sdk::SigningIdentity& signer_;
  envelope::GrantRecipient recipient_;
  v1::ReferralHeader header_;  // but for id and dates
  std::vector<std::string> contents_;
};

// Take is thread-safe; the rest is for the time when nobody takes.
class ReferralPool {
 public:
  // Seals on all processors until `count` are there, or until `end`, or until `stop` says so; drops
  // those that were taken. Errors of Sealer::Seal.
  absl::Status Fill(const Sealer& sealer, size_t count, absl::Time created, SteadyTime end,
                    const std::function<bool()>& stop);
  // Valid until the next Fill; nullptr when there are no more.
  const SealedReferral* Take() {
    const size_t index = next_.fetch_add(1, std::memory_order_relaxed);
    return index < referrals_.size() ? &referrals_[index] : nullptr;
  }
  size_t left() const;

 private:
  std::vector<SealedReferral> referrals_;
  std::atomic<size_t> next_{0};
};

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_POOL_H_
