#include "agency-adapters/auditor/bundle_checks.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "agency-adapters/auditor/bundle_events.h"
#include "agency-adapters/auditor/bundle_file.h"
#include "agency-adapters/auditor/bundle_text.h"
#include "agency-adapters/auditor/check_parts.h"
#include "agency-adapters/auditor/errors.h"
#include "agency-adapters/auditor/order_follower.h"
#include "agency-adapters/auditor/question.h"
#include "agency-adapters/sdk/errors.h"
#include "base/status.h"
#include "proto/crypto/spiffe.h"
#include "proto/crypto/timestamp.h"
#include "proto/envelope/statement.h"
#include "proto/transparency/checkpoint.h"
#include "proto/transparency/merkle.h"

namespace amana::auditor {
namespace {

using sdk::EventField;
using sdk::EventView;

// Between the log's clock, the signer's and an authority's.
constexpr absl::Duration kClocks = absl::Minutes(5);
constexpr char kUnread[] = "the bundle cannot be read: see FORM";

struct Shown {
  uint64_t index = 0;
  EventView view;
  bool answer = false;
};

class BundleChecker {
 public:
  BundleChecker(const BundleFile& file, const v1::EvidenceBundle& bundle, const BundleTrust& trust)
      : file_(file),
        bundle_(bundle),
        trust_(trust),
        made_(absl::FromUnixMillis(bundle.meta().created_unix_ms())) {}

  void Run() {
    TakeTrust();
    CheckSigner();
    statement_.Look();
    const auto words = StatementOf(bundle_, file_.certificate);
    statement_.Found(words.ok() && *words == file_.statement ? absl::OkStatus()
                                                             : StatementMismatch());
    CheckNote();
    CheckEvents(bundle_.events(), true);
    CheckEvents(bundle_.others(), false);
    CheckOrder();
    for (const v1::EvidenceRange& range : bundle_.ranges()) {
      counters_.Look();
      counters_.Found(CheckRange(range));
    }
    CheckCertificates();
    CheckTimestamps();
    if (const auto index = LaterThan(made_)) signer_.Found(BundleBackdated(*index));
  }

  std::vector<CheckResult> Results() && {
    std::vector<CheckResult> results;
    results.push_back(std::move(signer_).Done(""));
    results.push_back(std::move(statement_).Done(""));
    results.push_back(std::move(note_).Done(""));
    results.push_back(std::move(witnesses_).Done("no witnesses are believed here"));
    results.push_back(std::move(inclusion_).Done("there is no event in it"));
    results.push_back(std::move(question_).Done("there is no event in it"));
    results.push_back(std::move(counters_).Done("nothing in it is said to be complete"));
    CheckResult signatures = std::move(signatures_).Done("no certificate of an event is in it");
    if (signatures.looked_at > 0) {
      signatures.why = "of the certificates; the statements are with the agencies";
      if (!trust_.revocations.has_value()) signatures.why += "; without a revocation list";
    }
    results.push_back(std::move(signatures));
    results.push_back(std::move(order_).Done("no step in it has the one before beside it"));
    results.push_back(std::move(timestamp_).Done("no timestamp token"));
    return results;
  }

 private:
  // Issuing authorities of the bundle count only beneath a root that the reader gave.
  void TakeTrust() {
    authorities_ = trust_.authorities;
    if (authorities_ != nullptr || trust_.roots.empty()) return;
    crypto::ChainVerifier::Authorities believed;
    std::set<CertId> known;
    for (const crypto::Certificate& given : trust_.roots) {
      (given.self_issued() ? believed.roots : believed.issuing).push_back(given);
      known.insert(given.id());
    }
    for (const std::string& der : bundle_.issuers()) {
      auto issuer = crypto::Certificate::FromDer(der);
      if (believed.roots.empty() || !issuer.ok() || !known.insert(issuer->id()).second) continue;
      believed.issuing.push_back(*std::move(issuer));
    }
    auto made = crypto::ChainVerifier::Create(std::move(believed));
    trusted_ = made.status();
    if (!made.ok()) return;
    own_ = *std::move(made);
    authorities_ = own_.get();
  }

  absl::Status Believe(const crypto::Certificate& certificate, absl::Time at) const {
    AMANA_RETURN_IF_ERROR(trusted_);
    if (authorities_ == nullptr) return TrustMissing();
    return authorities_->Verify(certificate, at, crypto::CertUsage::kSigning);
  }

  // Whether it was revoked by then.
  bool Revoked(const CertId& id, absl::Time at) const {
    if (!trust_.revocations.has_value()) return false;
    return std::ranges::any_of(*trust_.revocations, [&](const crypto::Revocation& each) {
      return each.certificate == id && each.revoked_at <= at;
    });
  }

  void CheckSigner() {
    signer_.Look();
    signer_.Found(VerifyBundleSignature(file_));
    if (bundle_.meta().cert_id() != file_.certificate.id().view()) signer_.Found(SignerMismatch());
    signer_.Found(Believe(file_.certificate, made_));
    if (Revoked(file_.certificate.id(), made_)) signer_.Found(SignerRevoked());
    signer_.Found(envelope::CheckFreshness(bundle_.meta(), trust_.now,
                                           {.max_age = absl::InfiniteDuration()}));
  }

  void CheckNote() {
    note_.Look();
    auto opened = transparency::OpenCheckpoint(bundle_.checkpoint(), trust_.log, trust_.witnesses);
    note_.Found(opened.status());
    if (!opened.ok()) return;
    if (opened->checkpoint.origin() != bundle_.log()) note_.Found(LogMismatch());
    checkpoint_ = opened->checkpoint;
    if (trust_.witnesses.empty()) return;
    witnesses_.Look();
    std::vector<uint64_t> times;
    for (const auto& signature : opened->witnesses) times.push_back(signature.unix_seconds);
    std::ranges::sort(times, std::greater<>());
    if (times.size() < trust_.quorum) {
      return witnesses_.Found(NotWitnessed(times.size(), trust_.quorum));
    }
    if (trust_.quorum == 0) return;
    const absl::Time oldest = absl::FromUnixSeconds(static_cast<int64_t>(times[trust_.quorum - 1]));
    if (oldest < made_ - trust_.freshness) {
      witnesses_.Found(
          CosignaturesOld(absl::FormatTime(absl::RFC3339_sec, oldest, absl::UTCTimeZone())));
    }
  }

  absl::Status Included(const v1::EvidenceEvent& event, const EventView& view) const {
    if (!checkpoint_.has_value()) return absl::OkStatus();  // NOTE says so
    transparency::Hashes path;
    for (const std::string& hash : event.path()) {
      AMANA_ASSIGN_OR_RETURN(const Digest digest, Digest::FromBytes(hash, "events.path"));
      path.push_back(digest);
    }
    return transparency::VerifyInclusion(event.index(), checkpoint_->size(), view.leaf_hash, path,
                                         checkpoint_->root());
  }

  template <class Events>
  void CheckEvents(const Events& events, bool answer) {
    const auto query = FromWire(bundle_.question());
    if (!query.ok()) return question_.Found(query.status());
    uint64_t next = 0;
    for (const v1::EvidenceEvent& event : events) {
      inclusion_.Look();
      question_.Look();
      auto view = ViewOf(event);
      inclusion_.Found(view.status());
      if (!view.ok()) continue;
      inclusion_.Found(Included(event, *view));
      if (event.index() < next) counters_.Found(CounterRepeated("index", event.index()));
      next = event.index() + 1;
      const Answer got = AnswerOf(*query, *view);
      if (answer && got != Answer::kYes) {
        question_.Found(AnswerMismatch(event.index(), "is no answer to what was asked"));
      }
      if (!answer && got != Answer::kNo) {
        question_.Found(AnswerMismatch(event.index(), "may be an answer and is not listed"));
      }
      shown_.push_back({event.index(), *std::move(view), answer});
    }
  }

  // Both lists together, as they stand in the log.
  void CheckOrder() {
    std::ranges::stable_sort(shown_, {}, &Shown::index);
    absl::Time time = absl::InfinitePast();
    for (size_t i = 0; i < shown_.size(); ++i) {
      counters_.Look();
      const Shown& event = shown_[i];
      if (i > 0 && shown_[i - 1].index == event.index) {
        counters_.Found(CounterRepeated("index", event.index));
      }
      Follow(event);
      if (!event.view.has(EventField::kTime)) continue;
      if (event.view.time < time) counters_.Found(TimeBackwards(event.index));
      time = std::max(time, event.view.time);
    }
  }

  // Steps are judged where it can be seen that nothing of the referral is missing between them: by
  // its sender's counter, and by what each event in between is about.
  void Follow(const Shown& event) {
    const EventView& view = event.view;
    if (!view.referral.has_value() || !view.has(EventField::kSenderCounter)) return;
    uint64_t& last = sender_counters_[view.referral->sender];
    if (view.sender_counter != last + 1) follower_.Forget(view.referral->sender);
    last = view.sender_counter;
    if (!view.opened.all()) return follower_.Forget(*view.referral);
    const std::optional<absl::Status> judged = follower_.Take(event.index, view);
    if (!judged.has_value()) return;
    order_.Look();
    order_.Found(*judged);
  }

  absl::Status CheckRange(const v1::EvidenceRange& range) const {
    AMANA_ASSIGN_OR_RETURN(const Chain chain, ChainOf(range));
    uint64_t expected = range.first();
    bool last = false;
    for (const Shown& event : shown_) {
      const auto number = NumberOn(chain, event.index, event.view);
      if (!number.has_value() || *number < range.first() || *number > range.last()) continue;
      if (last || *number < expected) return CounterRepeated("counter", event.index);
      if (*number > expected) return CounterGap("counter", expected, *number);
      last = *number == range.last();
      if (!last) ++expected;
    }
    return last ? absl::OkStatus() : CounterGap("counter", expected, range.last());
  }

  absl::Status Judge(const Shown& event, const crypto::Certificate& named) const {
    if (event.view.has(EventField::kActorAgency) &&
        named.spiffe().agency != event.view.actor_agency) {
      return ActorMismatch(event.index);
    }
    AMANA_RETURN_IF_ERROR(Believe(named, event.view.time));
    return Revoked(named.id(), event.view.time) ? CertificateRevoked(event.index)
                                                : absl::OkStatus();
  }

  void CheckCertificates() {
    std::map<CertId, crypto::Certificate> named;
    for (const std::string& der : bundle_.certificates()) {
      auto certificate = crypto::Certificate::FromDer(der);
      signatures_.Found(certificate.status());
      if (certificate.ok()) named.emplace(certificate->id(), *certificate);
    }
    for (const Shown& event : shown_) {
      const auto found = named.find(event.view.cert_id);
      if (!event.answer || found == named.end()) continue;
      signatures_.Look();
      signatures_.Found(Judge(event, found->second));
    }
  }

  // The first event shown that cannot have been there by then.
  std::optional<uint64_t> LaterThan(absl::Time time) const {
    for (const Shown& event : shown_) {
      if (event.view.has(EventField::kTime) && event.view.time > time + kClocks) return event.index;
    }
    return std::nullopt;
  }

  void CheckTimestamps() {
    for (int i = 0; i < bundle_.timestamps_size(); ++i) {
      timestamp_.Look();
      const auto stamped =
          crypto::VerifyTimestamp(bundle_.timestamps(i), bundle_.checkpoint(),
                                  trust_.timestamp_roots, "timestamps[" + std::to_string(i) + "]");
      timestamp_.Found(stamped.status());
      if (!stamped.ok()) continue;
      if (const auto index = LaterThan(*stamped)) timestamp_.Found(TimeContradicted(*index));
    }
  }

  const BundleFile& file_;
  const v1::EvidenceBundle& bundle_;
  const BundleTrust& trust_;
  const absl::Time made_;
  std::shared_ptr<const crypto::ChainVerifier> own_;
  const crypto::ChainVerifier* authorities_ = nullptr;
  absl::Status trusted_;
  std::optional<transparency::Checkpoint> checkpoint_;
  std::vector<Shown> shown_;
  std::map<AgencyId, uint64_t> sender_counters_;
  OrderFollower follower_{false};
  Tally signer_{"SIGNER"}, statement_{"STATEMENT"}, note_{"NOTE"}, witnesses_{"WITNESSES"},
      inclusion_{"INCLUSION"}, question_{"QUESTION"}, counters_{"COUNTERS"},
      signatures_{"SIGNATURES"}, order_{"ORDER"}, timestamp_{"TIMESTAMP"};
};

JudgedBundle Unread(Tally form) {
  JudgedBundle judged;
  judged.results.push_back(std::move(form).Done(""));
  for (const char* name : {"SIGNER", "STATEMENT", "NOTE", "WITNESSES", "INCLUSION", "QUESTION",
                           "COUNTERS", "SIGNATURES", "ORDER", "TIMESTAMP"}) {
    judged.results.push_back(Tally(name).Done(kUnread));
  }
  return judged;
}

}  // namespace

JudgedBundle CheckBundle(std::string_view bytes, const BundleTrust& trust) {
  Tally form("FORM");
  form.Look();
  const auto file = ReadBundleFile(bytes);
  form.Found(file.status());
  if (!file.ok()) return Unread(std::move(form));
  auto evidence = ParseEvidence(file->evidence);
  if (!evidence.ok()) {
    // Bytes that were changed are worse than bytes that were never right.
    form.Found(VerifyBundleSignature(*file));
    form.Found(evidence.status());
    return Unread(std::move(form));
  }
  BundleChecker checker(*file, *evidence, trust);
  checker.Run();
  JudgedBundle judged;
  judged.results.push_back(std::move(form).Done(""));
  for (CheckResult& result : std::move(checker).Results()) {
    judged.results.push_back(std::move(result));
  }
  judged.evidence = *std::move(evidence);
  judged.signer = crypto::ToUri(file->certificate.spiffe());
  judged.statement = file->statement;
  return judged;
}

}  // namespace amana::auditor
