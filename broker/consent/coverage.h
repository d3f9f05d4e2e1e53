// What the consent records together give to one request: the pinned version, intersected with
// every newer live record of the same pseudonym (decision rule 27). The half of the decision that
// reads records; decision.cc applies the rules. Pure; thread-safe.
#ifndef AMANA_BROKER_CONSENT_COVERAGE_H_
#define AMANA_BROKER_CONSENT_COVERAGE_H_

#include <span>

#include "broker/consent/facts.h"

namespace amana::consent {

// What the person's exclusions take away from one recipient.
struct Excluded {
  bool recipient = false;
  codes::CategorySet categories;
  bool nothing() const { return !recipient && categories.empty(); }
};

struct Coverage {
  // The record that the header pins, or null: no such version, another digest, or another person.
  // Points into the caller's records.
  const ConsentFacts* pinned = nullptr;
  // Every record of the pseudonym is authentic.
  bool authentic = true;
  // The person's last word, as far as the pinned record goes. Nothing pinned: any withdrawal.
  bool withdrawn = false;
  // The pinned version, or a higher version of it, has ended.
  bool expired = false;
  bool not_yet_valid = false;
  // Covered by the pinned record alone.
  codes::CategorySet pinned_categories;
  // Covered by the pinned record and by every newer live one.
  codes::CategorySet categories;
  bool purpose = false;
  bool recipient = false;
  bool onward = false;
  bool cross_border = false;
  // An embassy may be told: its consular purpose is covered, and it is named, or embassies are.
  bool consular = false;
  // A newer live record allows less of what is asked here than the pinned one; of these categories.
  bool conflict = false;
  codes::CategorySet conflicting;
  // The earliest time after `now` at which one of these records begins or ends to be valid.
  absl::Time next_change = absl::InfiniteFuture();
};

// The sender relies on a consent that another agency recorded, which only a consent with `onward`
// allows. The header's own word (its parent) is not needed: an agency that recorded no consent of
// its own has the person, and the consent, from somebody else.
bool ReliesOnAnother(const HeaderFacts& header, const ConsentFacts& consent);

// The record that the header pins, or null. Points into `records`.
const ConsentFacts* PinnedIn(std::span<const ConsentFacts> records, const HeaderFacts& header);

// Reads the records as if the pinned one had never covered what is `taken_out`.
Coverage CoverageOf(const HeaderFacts& header, std::span<const ConsentFacts> records,
                    const RecipientFacts& recipient, const Excluded& taken_out, absl::Time now);

// The recipient is outside Kenya, or the sender says that the referral crosses the border.
bool Crosses(const HeaderFacts& header, const RecipientFacts& recipient);

// `name` is the address, or the whole agency of it.
bool Names(const Address& name, const Address& address);

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_COVERAGE_H_
