#include "agency-adapters/auditor/statement_judge.h"

#include <algorithm>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include "agency-adapters/auditor/errors.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"

namespace amana::auditor {
namespace {

constexpr size_t kAtOnce = 4096;

}  // namespace

StatementJudge::StatementJudge(const Evidence& evidence, Tally& tally)
    : evidence_(evidence), tally_(tally) {
  for (const HeldStatement& held : evidence.statements) statements_.emplace(held.digest, &held);
  if (!evidence.revocations.has_value()) return;
  for (const crypto::Revocation& revocation : *evidence.revocations) {
    const auto [at, added] = revoked_.emplace(revocation.certificate, revocation.revoked_at);
    if (!added) at->second = std::min(at->second, revocation.revoked_at);
  }
}

// Only what the actor itself signed: what follows from it by the broker's hand has no certificate.
void StatementJudge::Add(uint64_t index, const sdk::EventView& event) {
  if (!event.has(sdk::EventField::kCertId) || event.cert_id.is_zero()) return;
  const auto held = statements_.find(event.statement_digest);
  if (held == statements_.end()) return;
  tally_.Look();
  Case one{index, event.time, event.cert_id, event.actor_agency, held->second, nullptr, false, {}};
  const auto signer = Find(event.cert_id, index);
  if (signer.ok()) {
    one.signer = *signer;
    const bool own = (*signer)->spiffe().agency == event.actor_agency;
    one.verify = own && verified_.emplace(held->first, event.cert_id).second;
  } else {
    one.found = signer.status();
  }
  cases_.push_back(std::move(one));
  if (cases_.size() >= kAtOnce) Judge();
}

absl::StatusOr<const crypto::Certificate*> StatementJudge::Find(const CertId& id, uint64_t index) {
  if (const auto given = evidence_.certificates.find(id); given != evidence_.certificates.end()) {
    return &given->second;
  }
  if (const auto read = certificates_.find(id); read != certificates_.end()) return &read->second;
  AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> der, evidence_.book->FindCertificate(id));
  if (!der.has_value()) return CertificateMissing(index);
  AMANA_ASSIGN_OR_RETURN(crypto::Certificate certificate, crypto::Certificate::FromDer(*der));
  if (certificate.id() != id) return CertificateMissing(index);
  return &certificates_.emplace(id, std::move(certificate)).first->second;
}

absl::Status StatementJudge::JudgeOne(const Case& one) const {
  if (one.signer->spiffe().agency != one.actor) return ActorMismatch(one.index);
  if (one.verify) {
    AMANA_RETURN_IF_ERROR(
        envelope::VerifyEnvelope(one.statement->envelope, one.signer->public_key()));
  }
  if (evidence_.authorities != nullptr) {
    AMANA_RETURN_IF_ERROR(
        evidence_.authorities->Verify(*one.signer, one.time, crypto::CertUsage::kSigning));
  }
  const auto revoked = revoked_.find(one.cert);
  if (revoked != revoked_.end() && revoked->second <= one.time)
    return CertificateRevoked(one.index);
  return absl::OkStatus();
}

void StatementJudge::Judge() {
  const size_t threads = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, 16);
  const auto share = [&](size_t thread) {
    for (size_t i = thread; i < cases_.size(); i += threads) {
      if (cases_[i].signer != nullptr) cases_[i].found = JudgeOne(cases_[i]);
    }
  };
  std::vector<std::future<void>> others;
  for (size_t thread = 1; thread < threads && !cases_.empty(); ++thread) {
    others.push_back(std::async(std::launch::async, share, thread));
  }
  share(0);
  for (std::future<void>& other : others) other.get();
  for (const Case& one : cases_) tally_.Found(one.found);
  cases_.clear();
}

}  // namespace amana::auditor
