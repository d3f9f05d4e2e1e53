// Which update of a referral an event is about, in its `detail`: a byte format for ever, as
// fields.h is. Pure.
//
// The number as 4 bytes, big-endian, behind what the detail says without it: nothing in
// REFERRAL_UPDATED, the legal basis (zero: none) in events of deliveries, three codes in
// MISMATCH_REPORTED. Of the referral itself nothing is added.
#ifndef AMANA_BROKER_EVENTS_UPDATE_DETAIL_H_
#define AMANA_BROKER_EVENTS_UPDATE_DETAIL_H_

#include <cstdint>

#include "broker/events/event.h"

namespace amana::events {

// 0: the referral itself.
void NameUpdate(uint32_t number, Event& event);
uint32_t UpdateOf(const Event& event);

}  // namespace amana::events

#endif  // AMANA_BROKER_EVENTS_UPDATE_DETAIL_H_
