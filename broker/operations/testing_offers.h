// For tests: further shelters, and what everybody says about offers, each in one line. SYNTHETIC.
#ifndef AMANA_BROKER_OPERATIONS_TESTING_OFFERS_H_
#define AMANA_BROKER_OPERATIONS_TESTING_OFFERS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "amana/v1/coordination_service.pb.h"
#include "broker/operations/testing_directory.h"
#include "broker/operations/testing_handover.h"

namespace amana::operations {

// Unit "intake" of a shelter: its system, one person, one key to seal to.
struct Shelter {
  std::string agency;

  Address address() const { return *ParseAddress(agency + "/intake", "unit"); }
  const tests::TestIdentity& system() const;
  const tests::TestIdentity& person() const;
  const tests::TestIdentity& sealer() const;
};
inline const Shelter kHaven{"haven"};  // in the World from the start
inline const Shelter kRefuge{"refuge"};
inline const Shelter kSafehouse{"safehouse"};

// Puts it into the registry and the directory: it gives ACCOMMODATION to everybody, in county 47.
void AddShelter(World& world, const Shelter& shelter, const Edit<v1::DirectoryUnit>& edit = {});
void ChangeShelter(World& world, const Shelter& shelter, const Edit<v1::DirectoryUnit>& edit);
// So many of 10 places are free.
void ReportFree(World& world, const Shelter& shelter, uint32_t free);

// A consent as World::Consent's, for these; registered.
v1::ConsentRecord ConsentTo(World& world, const std::vector<Shelter>& shelters, char subject = 's');

// ACCOMMODATION for an adult woman in county 47, wherever there is a place; sealed to `sealed`.
Sent SendRoute(World& world, const v1::ConsentRecord& consent, const std::vector<Shelter>& sealed,
               const Edit<envelope::SubmissionDraft>& edit = {});
// A consent to these and a route that is sealed to all of them.
Sent SendRouteTo(World& world, const std::vector<Shelter>& shelters, char subject = 's',
                 const Edit<envelope::SubmissionDraft>& edit = {});
absl::StatusOr<v1::AddWrapsResponse> WrapFor(World& world, const Sent& sent,
                                             const Shelter& shelter);

// --- the recipient
std::vector<v1::ReceiveResponse> ReceiveAt(World& world, const Shelter& shelter);
absl::StatusOr<v1::AcknowledgeResponse> AcknowledgeAt(World& world, const Shelter& shelter,
                                                      const v1::Delivery& delivery);
absl::StatusOr<v1::MarkSeenResponse> MarkSeenAt(World& world, const Shelter& shelter,
                                                const v1::Delivery& delivery);
// What was recalled is deleted.
absl::StatusOr<v1::AnswerRecallResponse> ConfirmRecallAt(World& world, const Shelter& shelter,
                                                         const v1::Recall& recall);
// The one delivery it is given now, acknowledged; fails the test when it is not exactly one.
v1::Delivery TakeAt(World& world, const Shelter& shelter);
v1::Delivery SeeAt(World& world, const Shelter& shelter);     // TakeAt, and a person reads it
v1::Delivery AcceptAt(World& world, const Shelter& shelter);  // SeeAt, and says yes
absl::StatusOr<v1::DecideResponse> DecideAt(World& world, const Shelter& shelter,
                                            const v1::Delivery& offer,
                                            const Edit<v1::Decision>& edit = {});
absl::StatusOr<v1::DecideResponse> DeclineAt(World& world, const Shelter& shelter,
                                             const v1::Delivery& offer,
                                             v1::Reason reason = v1::REASON_NO_CAPACITY);
absl::StatusOr<v1::AskQuestionResponse> AskAt(
    World& world, const Shelter& shelter, const v1::Delivery& offer,
    const Edit<v1::Question>& edit = {}, const std::optional<v1::SealedNote>& note = std::nullopt);
absl::StatusOr<v1::StartServiceResponse> StartAt(World& world, const Shelter& shelter,
                                                 const v1::Delivery& offer,
                                                 const Edit<v1::Start>& edit = {});
absl::StatusOr<v1::ReportOutcomeResponse> ReportAt(
    World& world, const Shelter& shelter, const v1::Delivery& offer,
    const Edit<v1::Outcome>& edit = {}, const std::optional<v1::SealedNote>& note = std::nullopt);

// --- the sender; its person must be appointed (AppointOfficer)
absl::StatusOr<v1::SetCandidatesResponse> SetOrder(World& world, const Sent& sent, uint32_t number,
                                                   const std::vector<Shelter>& order);
absl::StatusOr<v1::RerouteTaskResponse> RerouteBy(World& world, const Sent& sent, uint32_t epoch,
                                                  const Edit<v1::Reroute>& edit = {},
                                                  const Hand& by = Police());
// Police calls the shelter, which will take the person.
absl::StatusOr<v1::RecordCallResponse> CallBy(World& world, const Sent& sent,
                                              const Shelter& shelter,
                                              const Edit<v1::CallRecord>& edit = {},
                                              const Hand& by = Police());

// --- the coordinator
std::vector<v1::QueueItem> QueueOf(World& world);
absl::StatusOr<v1::ActOnItemResponse> ActOn(World& world, const v1::QueueItem& item,
                                            v1::CoordinatorActKind kind,
                                            const Edit<v1::CoordinatorAct>& edit = {});

absl::StatusOr<v1::GetTimelineResponse> TimelineFor(World& world, const Sent& sent,
                                                    const identity::Caller& caller);

// Kinds of the events from `first` on that are about tasks, reminders, queue and calls.
std::vector<v1::EventKind> TaskEventsFrom(World& world, uint64_t first);

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_TESTING_OFFERS_H_
