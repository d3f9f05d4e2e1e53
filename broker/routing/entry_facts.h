// From statements of the directory, whose form was checked (proto/envelope), to facts. Pure.
#ifndef AMANA_BROKER_ROUTING_ENTRY_FACTS_H_
#define AMANA_BROKER_ROUTING_ENTRY_FACTS_H_

#include "amana/v1/directory.pb.h"
#include "broker/routing/directory.h"
#include "proto/envelope/directory_entry.h"

namespace amana::routing {

// Without `accepted` and `log_index`, which are the broker's to say.
Agency FromEntry(const envelope::EntryStatement& statement);
Capacity FromReport(const v1::CapacityReport& report);
Roster FromRoster(const v1::DutyRoster& roster);

}  // namespace amana::routing

#endif  // AMANA_BROKER_ROUTING_ENTRY_FACTS_H_
