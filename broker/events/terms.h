// What events can be looked for by, each as one number, for an index: its kind, its reason, each
// rule of consent, each agency that sent the referral, acted or is the recipient, the consent, the
// certificate. Two of them may rarely be the same number, so that what an index finds has to be
// looked at. Pure; any thread.
#ifndef AMANA_BROKER_EVENTS_TERMS_H_
#define AMANA_BROKER_EVENTS_TERMS_H_

#include <cstdint>
#include <vector>

#include "broker/events/event.h"

namespace amana::events {

// Above zero; kept on disk, so the same for ever.
using Term = int64_t;

Term TermOf(v1::EventKind kind);
Term TermOf(v1::Reason reason);
Term TermOfRule(uint8_t rule);
Term TermOf(const AgencyId& agency);
Term TermOf(const ConsentId& consent);
Term TermOf(const CertId& cert);

// Ascending, none twice. What the event has not, has no term.
std::vector<Term> TermsOf(const Event& event);

}  // namespace amana::events

#endif  // AMANA_BROKER_EVENTS_TERMS_H_
