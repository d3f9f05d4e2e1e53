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
  bool cross_border;
  bool consular;

  Allowed& operator&=(const Allowed& other) {
    categories &= other.categories;
    purpose &= other.purpose;
    recipient &= other.recipient;
    onward &= other.onward;
    cross_border &= other.cross_border;
    consular &= other.consular;
    return *this;
  }
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
      .cross_border = record.cross_border,
      .consular = record.purposes.Has(codes::PurposeOf(v1::SERVICE_TYPE_CONSULAR)) &&
                  (named || record.recipient_kinds.Has(v1::AGENCY_KIND_EMBASSY)),
  };
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

const ConsentFacts* PinnedIn(std::span<const ConsentFacts> records, const HeaderFacts& header) {
  if (!header.pinned.has_value()) return nullptr;
  const PinnedConsent& pin = *header.pinned;
  const auto found = std::ranges::find_if(records, [&](const ConsentFacts& record) {
    return record.pseudonym == header.pseudonym && record.id == pin.id &&
           record.version == pin.version && record.digest == pin.digest;
  });
  return found == records.end() ? nullptr : &*found;
}

bool Crosses(const HeaderFacts& header, const RecipientFacts& recipient) {
  return recipient.abroad || header.cross_border;
}

Coverage CoverageOf(const HeaderFacts& header, std::span<const ConsentFacts> records,
                    const RecipientFacts& recipient, const Excluded& taken_out, absl::Time now) {
  Coverage coverage;
  bool any_withdrawn = false;
  for (const ConsentFacts& record : records) {
    if (record.pseudonym != header.pseudonym) continue;
    coverage.authentic &= record.authentic;
    any_withdrawn |= record.withdrawn_at.has_value();
  }
  coverage.pinned = PinnedIn(records, header);
  if (coverage.pinned == nullptr) {
    coverage.withdrawn = any_withdrawn;
    return coverage;
  }

  const ConsentFacts& pinned = *coverage.pinned;
  const v1::Purpose purpose = codes::PurposeOf(header.service);
  Allowed by_pinned = AllowedBy(pinned, purpose, recipient);
  by_pinned.categories -= taken_out.categories;
  by_pinned.recipient &= !taken_out.recipient;
  by_pinned.consular &= !taken_out.recipient;
  Allowed all = by_pinned;
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
    all &= AllowedBy(record, purpose, recipient);
  }
  coverage.pinned_categories = by_pinned.categories;
  coverage.categories = all.categories;
  coverage.purpose = all.purpose;
  coverage.recipient = all.recipient;
  coverage.onward = all.onward;
  coverage.cross_border = all.cross_border;
  coverage.consular = all.consular;
  coverage.conflicting = header.categories & (by_pinned.categories - all.categories);
  coverage.conflict = !coverage.conflicting.empty() || by_pinned.purpose != all.purpose ||
                      by_pinned.recipient != all.recipient ||
                      (ReliesOnAnother(header, pinned) && by_pinned.onward != all.onward) ||
                      (Crosses(header, recipient) && by_pinned.cross_border != all.cross_border) ||
                      (recipient.IsEmbassy() && by_pinned.consular != all.consular);
  return coverage;
}

}  // namespace amana::consent
