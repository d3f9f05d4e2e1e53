// A row of the profile DIS-VOT-ANSWER, in which the department answers what it was sent, or says
// more of what it sent itself, as the item that the runtime takes.
//
//   REF_NO        of this row
//   MSG_TYPE      SEEN, ACCEPT, DECLINE, ASK, START, COMPLETE, FAIL, UPDATE, CANCEL, HANDOVER
//   ABOUT         AMANA_KEY of what came, or REF_NO of an own case (UPDATE, CANCEL, HANDOVER)
//   CODE          reason, outcome, or state of a handover, where the type has one
//   CATEGORIES    of ASK: data categories divided by ';'
//   TASK          of UPDATE and HANDOVER of an own case: which of its services, from 0
//   ESCORT_CODE   of HANDOVER: the code that the escort showed
//   REMARKS       words: they are sealed
//
// and, of HANDOVER, where the file has these columns: WINDOW_FROM and WINDOW_UNTIL (DD/MM/YYYY
// HH:MM in Africa/Nairobi), REASON and EXIT (codes), PLACE, OFFICER, ESCORT, COMPANION (sealed).
//
// Pure; thread-safe.
#ifndef AMANA_AGENCY_ADAPTERS_IMMIGRATION_VOT_ANSWER_H_
#define AMANA_AGENCY_ADAPTERS_IMMIGRATION_VOT_ANSWER_H_

#include "absl/status/statusor.h"
#include "agency-adapters/immigration/profile_file.h"
#include "agency-adapters/runtime/adapter.h"

namespace amana::immigration {

extern const Profile kVotAnswer;

// Whether codes and categories exist is the runtime's to say. Errors: the row's own, CELL_INVALID,
// CELL_MISSING.
absl::StatusOr<runtime::NativeItem> AnswerOf(const ProfileRow& row);

}  // namespace amana::immigration

#endif  // AMANA_AGENCY_ADAPTERS_IMMIGRATION_VOT_ANSWER_H_
