#include "agency-adapters/cli/bench/bench_pool.h"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include "agency-adapters/sdk/keys.h"
#include "amana/v1/referral_service.pb.h"
#include "base/clock.h"
#include "base/status.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/submission.h"

namespace amana::cli {
namespace {

struct SectionKind {
  v1::Category category;
  v1::DisclosureStage stage;
  size_t bytes;
};
// What ACCOMMODATION requires (broker/domain/service_types.csv); without one of them consent
// blocks.
constexpr SectionKind kSections[] = {
    {v1::CATEGORY_IDENTITY_MIN, v1::DISCLOSURE_STAGE_AT_OFFER, 476},
    {v1::CATEGORY_RISK, v1::DISCLOSURE_STAGE_AT_OFFER, 984},
    {v1::CATEGORY_DEMOGRAPHIC, v1::DISCLOSURE_STAGE_AT_OFFER, 588},
};
static_assert(kSections[0].bytes + kSections[1].bytes + kSections[2].bytes == kBenchContentBytes);
constexpr char kMediaType[] = "application/json";

std::string Content(size_t bytes) {
  const std::string_view begin = R"({"note":"SYNTHETIC )";
  const std::string_view end = R"("})";
  return std::string(begin) + std::string(bytes - begin.size() - end.size(), 'x') +
         std::string(end);
}

// What one thread seals.
struct Share {
  std::vector<SealedReferral> referrals;
  absl::Status status;
};

}  // namespace

absl::StatusOr<BenchConsent> MakeBenchConsent(const sdk::Identity& sender, const Address& recipient,
                                              absl::Time now) {
  AMANA_ASSIGN_OR_RETURN(const sdk::SigningIdentity* signer, sender.Signer());
  AMANA_ASSIGN_OR_RETURN(const Address recorder, sender.address());
  BenchConsent consent;
  v1::ConsentRecord& record = consent.record;
  *record.mutable_meta() = envelope::MakeMeta(signer->certificate, now);
  record.set_consent_id(crypto::RandomBytes(ConsentId::kSize));
  record.set_version(1);
  record.set_subject_pseudonym(crypto::RandomBytes(Pseudonym::kSize));
  *record.mutable_recorder() = sdk::ToWire(recorder);
  record.set_given_by(v1::CONSENT_GIVER_SELF);
  record.set_child_assent(v1::CHILD_ASSENT_NOT_APPLICABLE);
  record.set_method(v1::CONSENT_METHOD_WRITTEN);
  record.set_language("swa");
  record.add_purposes(v1::PURPOSE_PROTECTION);
  for (const SectionKind& section : kSections) record.add_categories(section.category);
  *record.add_recipients() = sdk::ToWire(recipient);
  record.set_valid_from_unix_ms(ToUnixMillis(now));
  record.set_valid_until_unix_ms(ToUnixMillis(now + absl::Hours(24)));
  record.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  record.set_evidence_sha256(crypto::Sha256("SYNTHETIC").bytes());
  AMANA_ASSIGN_OR_RETURN(consent.envelope,
                         envelope::SignMessage(envelope::kConsentType, record, signer->key));
  return consent;
}

Sealer::Sealer(const sdk::SigningIdentity& signer, envelope::GrantRecipient recipient,
               v1::ReferralHeader header)
    : signer_(signer), recipient_(std::move(recipient)), header_(std::move(header)) {
  for (const SectionKind& section : kSections) contents_.push_back(Content(section.bytes));
}

absl::StatusOr<Sealer> Sealer::Create(const sdk::Identity& sender,
                                      const envelope::GrantRecipient& recipient,
                                      const v1::ConsentRecord& consent) {
  AMANA_ASSIGN_OR_RETURN(const sdk::SigningIdentity* signer, sender.Signer());
  AMANA_ASSIGN_OR_RETURN(const Address address, sender.address());
  v1::ReferralHeader header;
  header.set_version(1);
  *header.mutable_sender() = sdk::ToWire(address);
  v1::ServiceRequest& service = *header.add_services();
  service.set_service(v1::SERVICE_TYPE_ACCOMMODATION);
  *service.mutable_recipient() = sdk::ToWire(recipient.address);
  header.set_urgency(v1::URGENCY_URGENT);
  header.set_subject_class(v1::SUBJECT_CLASS_ADULT);
  header.set_subject_pseudonym(consent.subject_pseudonym());
  header.mutable_consent()->set_consent_id(consent.consent_id());
  header.mutable_consent()->set_version(consent.version());
  header.mutable_consent()->set_digest(crypto::Sha256(envelope::Serialize(consent)).bytes());
  header.set_legal_basis(v1::LEGAL_BASIS_CONSENT);
  header.mutable_assertions()->set_embassy_contact(v1::EMBASSY_CONTACT_NOT_ASSESSED);
  header.set_test(true);
  return Sealer(*signer, recipient, std::move(header));
}

absl::StatusOr<SealedReferral> Sealer::Seal(absl::Time created) const {
  SealedReferral sealed;
  sealed.referral = crypto::RandomId<ReferralId>();
  envelope::SubmissionDraft draft;
  draft.header = header_;
  draft.header.set_referral_id(sealed.referral.bytes());
  draft.header.set_expires_unix_ms(ToUnixMillis(created + absl::Hours(12)));
  draft.created = created;
  for (size_t i = 0; i < contents_.size(); ++i) {
    draft.sections.push_back({kSections[i].category, kMediaType, kSections[i].stage, contents_[i]});
  }
  draft.recipients.push_back({recipient_, {}});
  AMANA_ASSIGN_OR_RETURN(envelope::SealedSubmission submission,
                         envelope::SealSubmission(draft, signer_.key, signer_.certificate));
  sealed.digest = envelope::PayloadDigest(submission.submission.header());
  v1::SubmitRequest request;
  *request.mutable_submission() = std::move(submission.submission);
  sealed.request = request.SerializeAsString();
  return sealed;
}

size_t ReferralPool::left() const {
  const size_t taken = next_.load(std::memory_order_relaxed);
  return taken < referrals_.size() ? referrals_.size() - taken : 0;
}

absl::Status ReferralPool::Fill(const Sealer& sealer, size_t count, absl::Time created,
                                SteadyTime end, const std::function<bool()>& stop) {
  const size_t taken = referrals_.size() - left();
  referrals_.erase(referrals_.begin(), referrals_.begin() + static_cast<ptrdiff_t>(taken));
  next_ = 0;
  if (referrals_.size() >= count) return absl::OkStatus();
  std::atomic<size_t> missing{count - referrals_.size()};
  std::vector<Share> shares(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  threads.reserve(shares.size());
  for (Share& share : shares) {
    threads.emplace_back([&] {
      while (SteadyNow() < end && !stop()) {
        size_t left = missing.load();
        do {
          if (left == 0) return;
        } while (!missing.compare_exchange_weak(left, left - 1));
        absl::StatusOr<SealedReferral> sealed = sealer.Seal(created);
        share.status = sealed.status();
        if (!share.status.ok()) return;
        share.referrals.push_back(*std::move(sealed));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (Share& share : shares) {
    AMANA_RETURN_IF_ERROR(share.status);
    std::move(share.referrals.begin(), share.referrals.end(), std::back_inserter(referrals_));
  }
  return absl::OkStatus();
}

}  // namespace amana::cli
