// Who may see what of an event. Pure functions; any thread.
#ifndef AMANA_BROKER_EVENTS_VISIBILITY_H_
#define AMANA_BROKER_EVENTS_VISIBILITY_H_

#include "base/ids.h"
#include "broker/events/event.h"
#include "broker/events/fields.h"
#include "proto/transparency/salted_event.h"

namespace amana::events {

using transparency::FieldSet;

// What an auditor sees opened of every event: that it happened, when, why, how soon it was due and
// what categories went or were withheld. Who, to whom and about which case stay hashes.
const FieldSet& AuditorFields();

// What he sees besides, of the events of a case that was opened for his agency: who took part and
// on which consent. Not what the broker keeps with an event for its own ends (kDetail), nor the
// counters, which are of other cases as well.
const FieldSet& CaseFields();

// Whether `agency` is a party to the event: it is public, it sent the referral, it acted, or the
// event is one that happens at the recipient and it is the recipient. What the broker decides about
// a recipient before anything is disclosed to it (routing, blocking, queueing, withholding) makes
// it no party: it must not learn that there was anything to withhold.
bool IsParty(const Event& event, const AgencyId& agency);

// What `agency` may see of the event: everything of what is public (DIRECTORY_CHANGED), and as
// sender or actor; as recipient alone everything
// but what the sender's consent withheld and why (kWithheld, kConsentRules) and the sender's
// counter; nothing when it is no party. When all bits are set the event may be given whole, with
// its seed.
FieldSet VisibleFields(const Event& event, const AgencyId& agency);

}  // namespace amana::events

#endif  // AMANA_BROKER_EVENTS_VISIBILITY_H_
