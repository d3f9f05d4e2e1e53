#include "broker/operations/testing_offers.h"

#include <utility>

#include "broker/delivery/wire.h"
#include "broker/operations/acknowledge.h"
#include "broker/operations/act_on_item.h"
#include "broker/operations/add_wraps.h"
#include "broker/operations/answer_recall.h"
#include "broker/operations/ask_question.h"
#include "broker/operations/decide.h"
#include "broker/operations/get_timeline.h"
#include "broker/operations/list_queue.h"
#include "broker/operations/mark_seen.h"
#include "broker/operations/receive.h"
#include "broker/operations/record_call.h"
#include "broker/operations/report_outcome.h"
#include "broker/operations/reroute_task.h"
#include "broker/operations/set_candidates.h"
#include "broker/operations/start_service.h"
#include "proto/envelope/candidate_order.h"
#include "proto/envelope/dsse.h"

namespace amana::operations {
namespace {

using crypto::Role;

template <class Message>
Message About(World& world, const Shelter& shelter, const v1::Delivery& offer,
              const tests::TestIdentity& signer) {
  Message message;
  *message.mutable_meta() = world.Meta(signer);
  *message.mutable_delivery() = offer.delivery();
  *message.mutable_recipient() = delivery::ToWire(shelter.address());
  message.set_header_digest(envelope::PayloadDigest(offer.header()).bytes());
  return message;
}

template <class Response, class Request, class Operation>
absl::StatusOr<Response> Call(World& world, const std::string& agency, Role role,
                              const Request& request, Operation operation) {
  return Await<Response>([&](auto reply) {
    operation(world.context(), World::CallerOf(agency, role), request, std::move(reply));
  });
}

}  // namespace

const tests::TestIdentity& Shelter::system() const {
  return tests::TestSigner(agency, Role::kSystem, "intake");
}
const tests::TestIdentity& Shelter::person() const {
  return tests::TestSigner(agency, Role::kPerson, "intake", "worker-1");
}
const tests::TestIdentity& Shelter::sealer() const {
  return tests::TestCert(agency, Role::kSystem, "intake", "", crypto::CertUsage::kSealing);
}

void AddShelter(World& world, const Shelter& shelter, const Edit<v1::DirectoryUnit>& edit) {
  identity::TestRegistry& files = world.registry_files();
  const std::string& agency = shelter.agency;
  AMANA_EXPECT_OK(RealFileSystem().CreateDirectories(files.File(agency)));
  files.Write("ca/" + agency + ".pem", tests::TestAgencyCa(agency).certificate.pem());
  files.Write("registry.toml", files.Read("registry.toml") + "\n[[agency]]\nid = \"" + agency +
                                   "\"\nname = \"SYNTHETIC\"\nkind = \"SHELTER\"\ncountry = \"KE\""
                                   "\nissuing_ca = \"ca/" +
                                   agency + ".pem\"\ncertificates = \"" + agency + "\"\n");
  files.Add(agency, "signer", shelter.system().certificate);
  files.Add(agency, "person", shelter.person().certificate);
  files.Add(agency, "keeper", envelope::TestKeeper(agency).certificate);
  world.ReloadRegistry();
  ChangeEntry(world, agency, [&](v1::DirectoryEntry& entry) {
    AddUnit(entry, {"intake", {v1::SERVICE_TYPE_ACCOMMODATION}});
    entry.mutable_units(0)->add_sealing_certificates(
        std::string(shelter.sealer().certificate.der()));
    if (edit) edit(*entry.mutable_units(0));
  });
}

void ChangeShelter(World& world, const Shelter& shelter, const Edit<v1::DirectoryUnit>& edit) {
  ChangeEntry(world, shelter.agency,
              [&](v1::DirectoryEntry& entry) { edit(*entry.mutable_units()->rbegin()); });
}

void ReportFree(World& world, const Shelter& shelter, uint32_t free) {
  AMANA_EXPECT_OK(ReportRoom(
                      world, free,
                      [&](v1::CapacityReport& report) {
                        *report.mutable_unit() = delivery::ToWire(shelter.address());
                      },
                      shelter.system())
                      .status());
}

v1::ConsentRecord ConsentTo(World& world, const std::vector<Shelter>& shelters, char subject) {
  v1::ConsentRecord consent = world.Consent(subject);
  consent.clear_recipients();
  for (const Shelter& shelter : shelters) consent.add_recipients()->set_agency(shelter.agency);
  AMANA_EXPECT_OK(world.Register(consent));
  return consent;
}

Sent SendRoute(World& world, const v1::ConsentRecord& consent, const std::vector<Shelter>& sealed,
               const Edit<envelope::SubmissionDraft>& edit) {
  return SendUnder(world, consent, [&](envelope::SubmissionDraft& draft) {
    v1::RouteRequest& route = *draft.header.mutable_services(0)->mutable_route();
    route.set_county(47);
    route.set_age_class(v1::SUBJECT_CLASS_ADULT);
    route.set_sex(v1::SEX_CONSTRAINT_FEMALE);
    draft.recipients.clear();
    for (const Shelter& shelter : sealed) {
      draft.recipients.push_back({{shelter.address(), shelter.sealer().certificate}, {}});
    }
    if (edit) edit(draft);
  });
}

Sent SendRouteTo(World& world, const std::vector<Shelter>& shelters, char subject,
                 const Edit<envelope::SubmissionDraft>& edit) {
  return SendRoute(world, ConsentTo(world, shelters, subject), shelters, edit);
}

absl::StatusOr<v1::AddWrapsResponse> WrapFor(World& world, const Sent& sent,
                                             const Shelter& shelter) {
  const auto statement = envelope::ReferralStatement::Create(sent.submission.header());
  auto grant =
      envelope::MakeGrant(*statement, {shelter.address(), shelter.sealer().certificate}, sent.keys,
                          PoliceSigner().key, PoliceSigner().certificate, world.clock().Now());
  AMANA_EXPECT_OK(grant.status());
  return AddWrapsOf(world, {*std::move(grant)});
}

std::vector<v1::ReceiveResponse> ReceiveAt(World& world, const Shelter& shelter) {
  absl::Notification done;
  std::vector<v1::ReceiveResponse> out;
  MakeLeaseFn(world.context())(
      shelter.address(), 10, [](const store::DeliveryKey&) { return true; },
      [&](absl::StatusOr<delivery::LeaseResult> result) {
        AMANA_EXPECT_OK(result.status());
        if (result.ok()) {
          for (const auto& each : result->recalls) out.push_back(*each.second);
          for (const auto& each : result->deliveries) out.push_back(*each.message);
        }
        done.Notify();
      });
  done.WaitForNotification();
  return out;
}

absl::StatusOr<v1::AcknowledgeResponse> AcknowledgeAt(World& world, const Shelter& shelter,
                                                      const v1::Delivery& delivery) {
  auto message = About<v1::Acknowledgement>(world, shelter, delivery, shelter.system());
  for (const v1::SlotOpening& opening : delivery.openings()) {
    v1::OpenedSection& opened = *message.add_opened();
    opened.set_slot(opening.slot());
    opened.set_plaintext_commitment(opening.plaintext_commitment());
  }
  v1::AcknowledgeRequest request;
  *request.mutable_acknowledgement() =
      world.Sign(envelope::kAcknowledgementType, message, shelter.system());
  return Call<v1::AcknowledgeResponse>(world, shelter.agency, Role::kSystem, request, Acknowledge);
}

absl::StatusOr<v1::MarkSeenResponse> MarkSeenAt(World& world, const Shelter& shelter,
                                                const v1::Delivery& delivery) {
  v1::MarkSeenRequest request;
  *request.mutable_seen() =
      world.Sign(envelope::kSeenType, About<v1::Seen>(world, shelter, delivery, shelter.person()),
                 shelter.person());
  return Call<v1::MarkSeenResponse>(world, shelter.agency, Role::kSystem, request, MarkSeen);
}

absl::StatusOr<v1::AnswerRecallResponse> ConfirmRecallAt(World& world, const Shelter& shelter,
                                                         const v1::Recall& recall) {
  v1::RecallAnswer message;
  *message.mutable_meta() = world.Meta(shelter.system());
  *message.mutable_delivery() = recall.delivery();
  *message.mutable_recipient() = delivery::ToWire(shelter.address());
  message.set_header_digest(recall.header_digest());
  message.set_confirmed(true);
  v1::AnswerRecallRequest request;
  *request.mutable_answer() = world.Sign(envelope::kRecallAnswerType, message, shelter.system());
  return Call<v1::AnswerRecallResponse>(world, shelter.agency, Role::kSystem, request,
                                        AnswerRecall);
}

v1::Delivery TakeAt(World& world, const Shelter& shelter) {
  std::vector<v1::Delivery> given;
  for (const v1::ReceiveResponse& each : ReceiveAt(world, shelter)) {
    if (each.has_delivery()) given.push_back(each.delivery());
  }
  EXPECT_EQ(given.size(), 1u) << shelter.agency;
  if (given.size() != 1) return {};
  AMANA_EXPECT_OK(AcknowledgeAt(world, shelter, given[0]).status());
  return given[0];
}

v1::Delivery SeeAt(World& world, const Shelter& shelter) {
  v1::Delivery offer = TakeAt(world, shelter);
  AMANA_EXPECT_OK(MarkSeenAt(world, shelter, offer).status());
  return offer;
}

v1::Delivery AcceptAt(World& world, const Shelter& shelter) {
  v1::Delivery offer = SeeAt(world, shelter);
  AMANA_EXPECT_OK(DecideAt(world, shelter, offer).status());
  return offer;
}

absl::StatusOr<v1::DecideResponse> DecideAt(World& world, const Shelter& shelter,
                                            const v1::Delivery& offer,
                                            const Edit<v1::Decision>& edit) {
  auto message = About<v1::Decision>(world, shelter, offer, shelter.person());
  message.set_accepted(true);
  if (edit) edit(message);
  v1::DecideRequest request;
  *request.mutable_decision() = world.Sign(envelope::kDecisionType, message, shelter.person());
  return Call<v1::DecideResponse>(world, shelter.agency, Role::kSystem, request, Decide);
}

absl::StatusOr<v1::DecideResponse> DeclineAt(World& world, const Shelter& shelter,
                                             const v1::Delivery& offer, v1::Reason reason) {
  return DecideAt(world, shelter, offer, [&](v1::Decision& message) {
    message.set_accepted(false);
    message.set_reason(reason);
  });
}

absl::StatusOr<v1::AskQuestionResponse> AskAt(World& world, const Shelter& shelter,
                                              const v1::Delivery& offer,
                                              const Edit<v1::Question>& edit,
                                              const std::optional<v1::SealedNote>& note) {
  auto message = About<v1::Question>(world, shelter, offer, shelter.person());
  message.add_categories(v1::CATEGORY_MEDICAL);
  if (edit) edit(message);
  v1::AskQuestionRequest request;
  *request.mutable_question() = world.Sign(envelope::kQuestionType, message, shelter.person());
  if (note.has_value()) *request.mutable_note() = *note;
  return Call<v1::AskQuestionResponse>(world, shelter.agency, Role::kSystem, request, AskQuestion);
}

absl::StatusOr<v1::StartServiceResponse> StartAt(World& world, const Shelter& shelter,
                                                 const v1::Delivery& offer,
                                                 const Edit<v1::Start>& edit) {
  auto message = About<v1::Start>(world, shelter, offer, shelter.system());
  if (edit) edit(message);
  v1::StartServiceRequest request;
  *request.mutable_start() = world.Sign(envelope::kStartType, message, shelter.system());
  return Call<v1::StartServiceResponse>(world, shelter.agency, Role::kSystem, request,
                                        StartService);
}

absl::StatusOr<v1::ReportOutcomeResponse> ReportAt(World& world, const Shelter& shelter,
                                                   const v1::Delivery& offer,
                                                   const Edit<v1::Outcome>& edit,
                                                   const std::optional<v1::SealedNote>& note) {
  auto message = About<v1::Outcome>(world, shelter, offer, shelter.system());
  message.set_completed(true);
  message.set_outcome(v1::REASON_PROVIDED);
  if (edit) edit(message);
  v1::ReportOutcomeRequest request;
  *request.mutable_outcome() = world.Sign(envelope::kOutcomeType, message, shelter.system());
  if (note.has_value()) *request.mutable_note() = *note;
  return Call<v1::ReportOutcomeResponse>(
      world, shelter.agency, Role::kSystem, request,
      [](auto&&... all) { operations::ReportOutcome(std::forward<decltype(all)>(all)...); });
}

absl::StatusOr<v1::SetCandidatesResponse> SetOrder(World& world, const Sent& sent, uint32_t number,
                                                   const std::vector<Shelter>& order) {
  envelope::Candidates tasks;
  for (const Shelter& shelter : order) tasks[0].push_back(shelter.address());
  const auto statement = envelope::ReferralStatement::Create(sent.submission.header());
  v1::SetCandidatesRequest request;
  *request.mutable_order() = envelope::MakeOrder(*statement, tasks, number, PoliceSigner().key,
                                                 PoliceSigner().certificate, world.clock().Now())
                                 .value();
  return Call<v1::SetCandidatesResponse>(world, "police", Role::kSystem, request, SetCandidates);
}

absl::StatusOr<v1::RerouteTaskResponse> RerouteBy(World& world, const Sent& sent, uint32_t epoch,
                                                  const Edit<v1::Reroute>& edit, const Hand& by) {
  v1::Reroute message;
  *message.mutable_meta() = world.Meta(*by.person);
  *message.mutable_referral() = delivery::ToWire(sent.key);
  message.set_header_digest(sent.digest);
  message.set_offer_epoch(epoch);
  if (edit) edit(message);
  v1::RerouteTaskRequest request;
  *request.mutable_reroute() = world.Sign(envelope::kRerouteType, message, *by.person);
  return Call<v1::RerouteTaskResponse>(world, std::string(by.agency), Role::kSystem, request,
                                       RerouteTask);
}

absl::StatusOr<v1::RecordCallResponse> CallBy(World& world, const Sent& sent,
                                              const Shelter& shelter,
                                              const Edit<v1::CallRecord>& edit, const Hand& by) {
  v1::CallRecord message;
  *message.mutable_meta() = world.Meta(*by.person);
  *message.mutable_referral() = delivery::ToWire(sent.key);
  message.set_header_digest(sent.digest);
  message.set_offer_epoch(TaskOf(world, sent).offer_epoch);
  message.mutable_by()->set_agency(std::string(by.agency));
  message.mutable_by()->set_unit(std::string(by.unit));
  *message.mutable_called() = delivery::ToWire(shelter.address());
  message.set_called_unix_ms(ToUnixMillis(world.clock().Now()));
  message.set_outcome(v1::CALL_OUTCOME_WILL_TAKE);
  if (edit) edit(message);
  v1::RecordCallRequest request;
  *request.mutable_call() = world.Sign(envelope::kCallRecordType, message, *by.person);
  return Call<v1::RecordCallResponse>(world, std::string(by.agency), Role::kSystem, request,
                                      RecordCall);
}

std::vector<v1::QueueItem> QueueOf(World& world) {
  const auto page =
      ListQueue(world.context(), World::CallerOf("secretariat", Role::kCoordinator), {});
  AMANA_EXPECT_OK(page.status());
  if (!page.ok()) return {};
  return {page->items().begin(), page->items().end()};
}

absl::StatusOr<v1::ActOnItemResponse> ActOn(World& world, const v1::QueueItem& item,
                                            v1::CoordinatorActKind kind,
                                            const Edit<v1::CoordinatorAct>& edit) {
  const tests::TestIdentity& signer = envelope::TestCoordinator();
  v1::CoordinatorAct message;
  *message.mutable_meta() = world.Meta(signer);
  message.mutable_coordinator()->set_agency("secretariat");
  message.mutable_coordinator()->set_unit("desk");
  message.set_item(item.item());
  *message.mutable_referral() = item.referral();
  message.set_task(item.task());
  message.set_kind(kind);
  if (edit) edit(message);
  v1::ActOnItemRequest request;
  *request.mutable_act() = world.Sign(envelope::kCoordinatorActType, message, signer);
  return Call<v1::ActOnItemResponse>(world, "secretariat", Role::kCoordinator, request, ActOnItem);
}

absl::StatusOr<v1::GetTimelineResponse> TimelineFor(World& world, const Sent& sent,
                                                    const identity::Caller& caller) {
  v1::GetTimelineRequest request;
  *request.mutable_referral() = delivery::ToWire(sent.key);
  return GetTimeline(world.context(), caller, request);
}

std::vector<v1::EventKind> TaskEventsFrom(World& world, uint64_t first) {
  std::vector<v1::EventKind> kinds;
  for (const store::StoredEvent& each : EventsFrom(world, first)) {
    const std::string& name = v1::EventKind_Name(each.event.kind);
    for (const char* const part : {"_TASK_", "_CALL_", "_COORDINATOR_", "_CANDIDATES_"}) {
      if (name.find(part) != std::string::npos) kinds.push_back(each.event.kind);
    }
  }
  return kinds;
}

}  // namespace amana::operations
