#include "broker/consent/coverage.h"

#include <algorithm>

namespace amana::consent {
namespace {

// What one record allows of what is asked.
struct Allowed {
  codes::CategorySet categories;
  bool purpose;
  bool recipient;
  bool onward;
};

Allowed AllowedBy(const ConsentFacts& record, v1::Purpose purpose, const RecipientFacts& to) {
  const bool kind_known = codes::kAllAgencyKinds.Has(to.kind);
  const bool named = std::ranges::any_of(
      record.recipients, [&](const Address& name) { return Names(name, to.address); });
  return {
      .categories = record.categories & codes::kAllCategories,
      .purpose = codes::kAllPurposes.Has(purpose) && record.purposes.Has(purpose),
      // Of a recipient whose kind is unknown nobody can say that it is no embassy.
      .recipient = kind_known && (named || record.recipient_kinds.Has(to.kind)),
      .onward = record.onward,
  };
}

bool IsPinned(const PinnedConsent& pin, const ConsentFacts& record) {
  return record.id == pin.id && record.version == pin.version && record.digest == pin.digest;
}

// Higher versions of the pinned consent, and other consents registered no earlier: where the order
// cannot be told, the record narrows.
bool IsNewer(const ConsentFacts& record, const ConsentFacts& pinned) {
  if (record.id != pinned.id) return record.registered_at >= pinned.registered_at;
  if (record.version != pinned.version) return record.version > pinned.version;
  return record.digest != pinned.digest;
}

bool WithdrawalHits(const ConsentFacts& record, const ConsentFacts& pinned) {
  return record.withdrawn_at.has_value() && (record.id == pinned.id || IsNewer(record, pinned) ||
                                             *record.withdrawn_at >= pinned.registered_at);
}

void NoteChanges(const ConsentFacts& record, absl::Time now, Coverage& coverage) {
  for (const absl::Time change : {record.valid_from, record.valid_until}) {
    if (change > now) coverage.next_change = std::min(coverage.next_change, change);
  }
}

}  // namespace

bool Names(const Address& name, const Address& address) {
  return name.agency == address.agency && !name.agency.empty() &&
         (name.unit.empty() || name.unit == address.unit);
}

bool ReliesOnAnother(const HeaderFacts& header, const ConsentFacts& consent) {
  return consent.recorder.agency != header.sender.agency;
}

Coverage CoverageOf(const HeaderFacts& header, std::span<const ConsentFacts> records,
                    const RecipientFacts& recipient, absl::Time now) {
  Coverage coverage;
  for (const ConsentFacts& record : records) {
    if (record.pseudonym != header.pseudonym) continue;
    coverage.authentic &= record.authentic;
    if (header.pinned.has_value() && IsPinned(*header.pinned, record)) coverage.pinned = &record;
  }
  if (coverage.pinned == nullptr) return coverage;

  const ConsentFacts& pinned = *coverage.pinned;
  const v1::Purpose purpose = codes::PurposeOf(header.service);
  const Allowed by_pinned = AllowedBy(pinned, purpose, recipient);
  Allowed all = by_pinned;
  coverage.cross_border = pinned.cross_border;
  coverage.not_yet_valid = now < pinned.valid_from;
  coverage.expired = now >= pinned.valid_until;
  NoteChanges(pinned, now, coverage);
  for (const ConsentFacts& record : records) {
    if (record.pseudonym != header.pseudonym) continue;
    coverage.withdrawn |= WithdrawalHits(record, pinned);
    if (!IsNewer(record, pinned)) continue;
    NoteChanges(record, now, coverage);
    coverage.expired |= record.id == pinned.id && now >= record.valid_until;
    if (now < record.valid_from || now >= record.valid_until) continue;
    const Allowed by_newer = AllowedBy(record, purpose, recipient);
    all.categories &= by_newer.categories;
    all.purpose &= by_newer.purpose;
    all.recipient &= by_newer.recipient;
    all.onward &= by_newer.onward;
    coverage.cross_border &= record.cross_border;
  }
  coverage.categories = all.categories;
  coverage.purpose = all.purpose;
  coverage.recipient = all.recipient;
  coverage.onward = all.onward;
  coverage.conflict =
      (header.categories & by_pinned.categories) != (header.categories & all.categories) ||
      by_pinned.purpose != all.purpose || by_pinned.recipient != all.recipient ||
      (ReliesOnAnother(header, pinned) && by_pinned.onward != all.onward);
  if (coverage.withdrawn) coverage.next_change = absl::InfiniteFuture();
  return coverage;
}

}  // namespace amana::consent
