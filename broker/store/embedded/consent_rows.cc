#include "broker/store/embedded/consent_rows.h"

#include "broker/store/embedded/facts_codec.h"

namespace amana::store::embedded {
namespace {

constexpr uint8_t kConsentFormat = 1;
constexpr uint8_t kExclusionFormat = 2;
constexpr uint8_t kPinnedFormat = 3;
constexpr uint8_t kApprovalFormat = 4;
constexpr uint8_t kReviewFormat = 5;

template <typename Facts>
void VisitConsent(auto& codec, Facts& f) {
  Each(codec, f.authentic, f.id, f.version, f.digest, f.pseudonym, f.recorder, f.given_by,
       f.authority_evidence, f.child_assent, f.method, f.language, f.interpreter, f.purposes,
       f.categories, f.recipients, f.recipient_kinds, f.onward, f.cross_border, f.valid_from,
       f.valid_until, f.legal_basis, f.evidence, f.determination, f.officer, f.registered_at);
}

template <typename Facts>
void VisitExclusion(auto& codec, Facts& f) {
  Each(codec, f.id, f.pseudonym, f.recorder, f.excluded, f.categories);
}

template <typename Facts>
void VisitPinned(auto& codec, Facts& f) {
  Each(codec, f.id, f.version, f.digest);
}

template <typename Facts>
void VisitApproval(auto& codec, Facts& f) {
  Each(codec, f.authentic, f.basis, f.header, f.approver, f.on_approver_list, f.categories,
       f.has_citation, f.has_reason, f.approved_at, f.lapses_at);
}

template <typename Facts>
void VisitReview(auto& codec, Facts& f) {
  Each(codec, f.authentic, f.header, f.reviewer, f.on_approver_list, f.upheld, f.reviewed_at);
}

}  // namespace

std::string FactsToRow(const consent::ConsentFacts& facts) {
  FactsWriter writer(kConsentFormat);
  VisitConsent(writer, facts);
  return writer.Take();
}

std::string FactsToRow(const consent::ExclusionFacts& facts) {
  FactsWriter writer(kExclusionFormat);
  VisitExclusion(writer, facts);
  return writer.Take();
}

std::optional<consent::ConsentFacts> ConsentFromRow(std::string_view bytes) {
  FactsReader reader(kConsentFormat, bytes);
  consent::ConsentFacts facts;
  VisitConsent(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

std::optional<consent::ExclusionFacts> ExclusionFromRow(std::string_view bytes) {
  FactsReader reader(kExclusionFormat, bytes);
  consent::ExclusionFacts facts;
  VisitExclusion(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

std::string FactsToRow(const consent::PinnedConsent& facts) {
  FactsWriter writer(kPinnedFormat);
  VisitPinned(writer, facts);
  return writer.Take();
}

std::optional<consent::PinnedConsent> PinnedFromRow(std::string_view bytes) {
  FactsReader reader(kPinnedFormat, bytes);
  consent::PinnedConsent facts;
  VisitPinned(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

std::string FactsToRow(const consent::ApprovalFacts& facts) {
  FactsWriter writer(kApprovalFormat);
  VisitApproval(writer, facts);
  return writer.Take();
}

std::optional<consent::ApprovalFacts> ApprovalFromRow(std::string_view bytes) {
  FactsReader reader(kApprovalFormat, bytes);
  consent::ApprovalFacts facts;
  VisitApproval(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

std::string FactsToRow(const consent::ReviewFacts& facts) {
  FactsWriter writer(kReviewFormat);
  VisitReview(writer, facts);
  return writer.Take();
}

std::optional<consent::ReviewFacts> ReviewFromRow(std::string_view bytes) {
  FactsReader reader(kReviewFormat, bytes);
  consent::ReviewFacts facts;
  VisitReview(reader, facts);
  if (!reader.Done()) return std::nullopt;
  return facts;
}

}  // namespace amana::store::embedded
