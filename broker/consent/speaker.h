// Who may speak for the person: the giver of a consent, held against what the header says of the
// person's age (decision rules 2 and 14 to 17). Pure; thread-safe.
#ifndef AMANA_BROKER_CONSENT_SPEAKER_H_
#define AMANA_BROKER_CONSENT_SPEAKER_H_

#include "broker/consent/facts.h"

namespace amana::consent {

// Age unknown counts as a minor; so does a class that the list has not.
bool MayBeMinor(const HeaderFacts& header);

// Whether the giver is somebody whose consent counts for this person. An adult's consent is the
// adult's own, a court's, or that of a guardian where incapacity is asserted: "her husband agreed"
// is no consent.
bool GiverCounts(const HeaderFacts& header, const ConsentFacts& consent);

// A Children Officer decided what is best, and says by which determination.
bool OfficerDecided(const ConsentFacts& consent);

// Of somebody who may be a minor: the consent is the child's alone and the recipient does more than
// counsel and protect children; or a guardian's beside which the child's own word (yes, no, or that
// it cannot say) is not recorded; or an officer's without a determination.
bool LacksGuardian(const HeaderFacts& header, const ConsentFacts& consent,
                   const RecipientFacts& recipient);

// A parent or guardian says yes and the child no.
bool IsAgainstChild(const ConsentFacts& consent);

// Needs no guardian, or acts in the place of one: a court, an officer who decided, or the person,
// who was a child when they were referred and has been asked since the month in which they came of
// age was over.
bool IsWithoutGuardian(const HeaderFacts& header, const ConsentFacts& consent);

// A consent given for a child that may last beyond the child's minority: the birthday may be the
// first of the month. What is not known lasts.
bool OutlivesMinority(const HeaderFacts& header, const ConsentFacts& consent);

}  // namespace amana::consent

#endif  // AMANA_BROKER_CONSENT_SPEAKER_H_
