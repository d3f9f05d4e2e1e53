#include "broker/operations/consent_effects.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "broker/operations/errors.h"
#include "broker/operations/reconsider.h"

namespace amana::operations {

absl::StatusOr<Effect> ObeyWord(store::Transaction& tx, const delivery::Moment& moment,
                                const delivery::Policy& policy, const NewWord& word) {
  const store::Transaction& read = tx;
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> open,
                         read.referrals().OpenTasksOf(word.subject, std::nullopt, 1));
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> out,
                         read.referrals().DisclosedTasksOf(word.subject, std::nullopt, 1));
  if (open.empty() && out.empty()) return Effect{};
  store::ReconsiderationRecord record;
  record.subject = word.subject;
  record.statement = word.statement;
  record.withdrawn = word.withdrawn.value_or(ConsentId());
  record.cause_shown = word.cause_shown;
  record.disclosed_pass = true;
  // In the store before anything is decided: the evidence of what is taken back is found there.
  AMANA_ASSIGN_OR_RETURN(record.id, tx.reconsiderations().Begin(record));
  return DecideSlice(tx, moment, policy, record, word.author);
}

absl::Status CheckRoomFor(const store::Snapshot& snapshot, const Pseudonym& subject,
                          const AgencyId& recorder) {
  constexpr auto kMost = 256;
  AMANA_ASSIGN_OR_RETURN(const std::shared_ptr<const store::SubjectRecords> records,
                         snapshot.consents().OfSubject(subject));
  const auto theirs = [&recorder](const auto& record) {
    return record.recorder.agency == recorder;
  };
  const auto count = std::count_if(records->consents.begin(), records->consents.end(), theirs) +
                     std::count_if(records->exclusions.begin(), records->exclusions.end(), theirs);
  return count < kMost ? absl::OkStatus() : TooManyRecords("subject_pseudonym");
}

events::Event ConsentEvent(v1::EventKind kind, const delivery::Evidence& evidence,
                           const ConsentId& id, uint32_t version) {
  events::Event event;
  event.kind = kind;
  event.statement_digest = evidence.statement;
  event.actor_agency = evidence.agency;
  event.actor_unit = evidence.unit;
  event.actor_person = evidence.person;
  event.cert_id = evidence.cert_id;
  event.consent_id = id;
  event.consent_version = version;
  return event;
}

}  // namespace amana::operations
