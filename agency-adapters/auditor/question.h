// What is asked of a log's events, apart from where they are kept: whether an event answers it, and
// what of an event shows that it does not. Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_AUDITOR_QUESTION_H_
#define AMANA_AGENCY_ADAPTERS_AUDITOR_QUESTION_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agency-adapters/auditor/mirror_book.h"
#include "agency-adapters/sdk/event_view.h"
#include "amana/v1/evidence.pb.h"
#include "proto/transparency/salted_event.h"

namespace amana::auditor {

enum class Answer {
  kYes,
  kNo,
  kHidden  // what is opened of it does not say
};
// kYes for exactly those that MirrorBook::Find gives.
Answer AnswerOf(const EventQuery& query, const sdk::EventView& event);

// Of an event whose answer is kNo, the fields that say so, and no others: one condition that does
// not hold, the one that tells least of the event. None for another answer.
std::optional<transparency::FieldSet> FieldsThatSayNo(const EventQuery& query,
                                                      const sdk::EventView& event);

// What is asked, as a name and a value each, in a fixed order: "kind", "TASK_ACCEPTED".
std::vector<std::pair<std::string, std::string>> Conditions(const EventQuery& query);

v1::EvidenceQuestion ToWire(const EventQuery& query);
// ID_INVALID, LENGTH_INVALID naming the field.
absl::StatusOr<EventQuery> FromWire(const v1::EvidenceQuestion& question);

}  // namespace amana::auditor

#endif  // AMANA_AGENCY_ADAPTERS_AUDITOR_QUESTION_H_
