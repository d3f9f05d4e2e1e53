#include "broker/operations/submit.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/delivery/chain.h"
#include "broker/delivery/clocks.h"
#include "broker/delivery/consent_check.h"
#include "broker/delivery/custody.h"
#include "broker/delivery/family.h"
#include "broker/delivery/recipients.h"
#include "broker/delivery/recorder.h"
#include "broker/delivery/settle.h"
#include "broker/delivery/wire.h"
#include "broker/events/custody_detail.h"
#include "broker/operations/cancel_tasks.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/grants.h"
#include "broker/operations/start_on_route.h"
#include "broker/operations/statement.h"
#include "broker/operations/task_status.h"
#include "broker/referral/task_machine.h"
#include "proto/envelope/candidate_order.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/header.h"
#include "proto/envelope/submission.h"

namespace amana::operations {
namespace {

using envelope::ReferralStatement;
using referral::Actor;

// A submission that was checked as far as it can be without the store.
struct Prepared {
  delivery::Moment moment;
  ReferralStatement statement;
  VerifiedSignature signer;
  absl::Status timely;  // freshness and expiry: no reason to refuse a replay
  codes::CategorySet categories;
  std::vector<store::Grantee> grantees;
  std::optional<envelope::Candidates> order;  // where one came with it
  std::string_view body;                      // the submission as it came, and is kept
};

absl::Status CheckRecipients(const v1::ReferralHeader& header,
                             const delivery::Recipients& recipients) {
  for (int i = 0; i < header.services_size(); ++i) {
    const v1::ServiceRequest& service = header.services(i);
    if (!service.has_recipient()) continue;
    const std::string field = "services[" + std::to_string(i) + "].recipient";
    AMANA_ASSIGN_OR_RETURN(const Address recipient, delivery::FromWire(service.recipient(), field));
    if (recipients.unit(recipient) == nullptr) return RecipientUnknown(field);
  }
  return absl::OkStatus();
}

// A system's key may not name an agency that the person came from, nor part a family. What of the
// past cannot be read is no reason to refuse a referral: nothing goes out on it (rule 28).
absl::Status CheckPlacement(const store::Snapshot& snapshot, const v1::ReferralHeader& header) {
  const absl::StatusOr<std::vector<AgencyId>> chain = delivery::ChainOf(snapshot, header);
  if (!chain.ok()) return absl::IsDataLoss(chain.status()) ? absl::OkStatus() : chain.status();
  for (int i = 0; i < header.services_size(); ++i) {
    const v1::ServiceRequest& service = header.services(i);
    if (!service.has_recipient()) continue;
    const std::string field = "services[" + std::to_string(i) + "].recipient";
    AMANA_ASSIGN_OR_RETURN(const Address recipient, delivery::FromWire(service.recipient(), field));
    if (std::ranges::count(*chain, recipient.agency) > 0) return RouteLoop(field);
    AMANA_ASSIGN_OR_RETURN(const std::vector<Address> at,
                           delivery::OthersAt(snapshot, header, static_cast<uint32_t>(i)));
    if (!at.empty() && std::ranges::count(at, recipient) == 0) return FamilyParted(field);
  }
  return absl::OkStatus();
}

absl::StatusOr<Prepared> Prepare(const Context& context, const identity::Caller& caller,
                                 ReferralStatement statement, const v1::Submission& submission,
                                 std::string_view body) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  AMANA_ASSIGN_OR_RETURN(VerifiedSignature signer,
                         VerifySignature(moment, caller.agency, statement.envelope(),
                                         statement.header().meta(), statement.digest()));
  AMANA_RETURN_IF_ERROR(
      identity::CheckSignsFor(signer.signer, statement.sender(), "header.sender"));
  AMANA_ASSIGN_OR_RETURN(const std::vector<envelope::GrantStatement> grants,
                         envelope::CheckSubmission(submission, statement));
  absl::Status timely = envelope::CheckFreshness(statement.header().meta(), moment.now);
  if (timely.ok()) timely = statement.CheckExpiry(moment.now);

  Prepared out{moment, std::move(statement), std::move(signer), std::move(timely), {}, {}, {}, {}};
  for (size_t i = 0; i < grants.size(); ++i) {
    AMANA_RETURN_IF_ERROR(
        CheckGrantSigner(moment, caller, grants[i], submission.grants(static_cast<int>(i))));
    out.grantees.push_back({grants[i].recipient, grants[i].recipient_cert});
  }
  if (submission.has_candidate_order()) {
    AMANA_ASSIGN_OR_RETURN(envelope::CandidateOrderStatement order,
                           envelope::ParseCandidateOrder(submission.candidate_order()));
    out.order = std::move(order.tasks);
  }
  out.categories = delivery::CategoriesOf(submission);
  out.body = body;
  return out;
}

store::ReferralRecord ReferralOf(const Prepared& prepared) {
  const v1::ReferralHeader& header = prepared.statement.header();
  store::ReferralRecord record;
  record.key = prepared.statement.key();
  record.sender = prepared.statement.sender();
  record.cert_id = prepared.statement.cert_id();
  record.header_digest = prepared.statement.digest();
  record.urgency = header.urgency();
  record.subject = prepared.statement.subject();
  if (header.has_consent()) {
    record.consent_id = ConsentId::FromBytes(header.consent().consent_id()).value_or(ConsentId());
    record.consent_version = header.consent().version();
  }
  record.accepted = prepared.moment.now;
  record.expires = prepared.statement.expires();
  record.test = header.test();
  if (header.has_parent()) {
    const auto parent = delivery::FromWire(header.parent(), "parent");
    if (parent.ok()) record.parent = *parent;
  }
  record.group = GroupId::FromBytes(header.group_id()).value_or(GroupId());
  record.family = GroupId::FromBytes(header.family_id()).value_or(GroupId());
  return record;
}

// Where a new task starts: ROUTED with consent and a wrap, else why not.
struct Start {
  store::TaskRecord task;
  CertId recipient_cert;
};

// ROUTED where a wrap for the recipient's current certificate is at hand.
v1::TaskState ChooseStart(const Prepared& prepared, const delivery::Recipients& recipients,
                          Start& start) {
  const crypto::Certificate* const sealing = recipients.Sealing(*start.task.recipient);
  if (sealing == nullptr) return v1::TASK_STATE_NEEDS_WRAP;
  start.recipient_cert = sealing->id();
  for (const store::Grantee& grantee : prepared.grantees) {
    if (grantee.recipient_cert == start.recipient_cert) return v1::TASK_STATE_ROUTED;
  }
  return v1::TASK_STATE_NEEDS_WRAP;
}

absl::StatusOr<Start> StartTask(const store::Transaction& tx, const Prepared& prepared,
                                const delivery::Recipients& recipients, uint32_t index) {
  const v1::ReferralHeader& header = prepared.statement.header();
  const v1::ServiceRequest& service = header.services(static_cast<int>(index));
  Start start;
  start.task.key = {prepared.statement.key(), index};
  start.task.service = service.service();
  start.task.changed = prepared.moment.now;
  if (!service.has_recipient()) {
    AMANA_ASSIGN_OR_RETURN(
        start.recipient_cert,
        StartOnRoute(tx, prepared.moment,
                     {header, prepared.categories, prepared.grantees, prepared.order}, start.task));
    return start;
  }
  start.task.recipient = delivery::FromWire(service.recipient(), "recipient").value_or(Address());
  const consent::Decision decision =
      delivery::DecideTask(tx, prepared.moment, header, index, *start.task.recipient,
                           prepared.categories, consent::Attempt::kFirst);
  start.task.consent_rules = delivery::PublicRuleNumbers(decision);
  start.task.decide_at = decision.next_change;
  if (!decision.Delivers()) {
    start.task.state = v1::TASK_STATE_BLOCKED_CONSENT;
    start.task.reason = decision.PublicCode();
    delivery::EnterClock(tx, store::TaskRecord(), header.urgency(), start.task);
    return start;
  }
  for (const v1::Category category : decision.redacted) start.task.withheld.push_back(category);
  start.task.state = ChooseStart(prepared, recipients, start);
  delivery::EnterClock(tx, store::TaskRecord(), header.urgency(), start.task);
  return start;
}

absl::Status AppendTaskEvent(delivery::Recorder& recorder, const store::TaskRecord& task) {
  AMANA_RETURN_IF_ERROR(referral::CheckTaskTransition(v1::TASK_STATE_UNSPECIFIED,
                                                      v1::TASK_STATE_SUBMITTED, Actor::kSender,
                                                      v1::REASON_UNSPECIFIED));
  if (task.state != v1::TASK_STATE_SUBMITTED) {
    AMANA_RETURN_IF_ERROR(referral::CheckTaskTransition(v1::TASK_STATE_SUBMITTED, task.state,
                                                        Actor::kBroker, task.reason));
  }
  return recorder.AppendTask(task).status();
}

// The statement before this one: what is open of it ends, superseded. Its recipients are not shown
// the new header: it may be none of theirs.
absl::Status Supersede(store::Transaction& tx, const Context& context, const Prepared& prepared) {
  StatementKey previous = prepared.statement.key();
  --previous.version;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(previous));
  if (!referral.has_value()) return VersionOutOfOrder("header.version");
  return CancelTasks(tx, *referral, prepared.moment.now, context.policy, prepared.signer.evidence,
                     v1::REASON_SUPERSEDED, std::nullopt)
      .status();
}

absl::Status CheckVersion(store::Transaction& tx, const Context& context,
                          const Prepared& prepared) {
  const StatementKey& key = prepared.statement.key();
  AMANA_ASSIGN_OR_RETURN(const std::optional<uint32_t> latest,
                         tx.referrals().LatestVersion(key.sender, key.referral));
  if (key.version != latest.value_or(0) + 1) return VersionOutOfOrder("header.version");
  return latest.has_value() ? Supersede(tx, context, prepared) : absl::OkStatus();
}

// The key is taken: by these bytes, or by others.
absl::StatusOr<Verdict> AnswerAgain(store::Transaction& tx, const Prepared& prepared,
                                    const store::ReferralRecord& accepted,
                                    v1::SubmitResponse& response) {
  if (accepted.header_digest == prepared.statement.digest()) {
    response.set_replayed(true);
    AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> tasks,
                           SenderStatuses(tx, accepted.key));
    response.mutable_tasks()->Assign(tasks.begin(), tasks.end());
    return Verdict{.event = accepted.log_index};
  }
  AMANA_ASSIGN_OR_RETURN(const bool fresh, tx.referrals().KeepEquivocation(
                                               accepted.key, RecordOf(prepared.statement.envelope(),
                                                                      prepared.signer.evidence)));
  if (!fresh) return Verdict{.refusal = Equivocation("header")};
  AMANA_RETURN_IF_ERROR(Remember(tx, prepared.signer.signer));
  delivery::Recorder recorder(tx, accepted, prepared.moment.now, prepared.signer.evidence);
  AMANA_ASSIGN_OR_RETURN(const uint64_t event,
                         recorder.Append(recorder.NewEvent(v1::EVENT_KIND_EQUIVOCATION)));
  return Verdict{.event = event, .refusal = Equivocation("header")};
}

absl::StatusOr<Verdict> Accept(store::Transaction& tx, const Context& context,
                               const Prepared& prepared, v1::SubmitResponse& response) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> accepted,
                         tx.referrals().Find(prepared.statement.key()));
  if (accepted.has_value()) return AnswerAgain(tx, prepared, *accepted, response);
  AMANA_RETURN_IF_ERROR(prepared.timely);
  AMANA_ASSIGN_OR_RETURN(const delivery::Recipients recipients,
                         delivery::Recipients::Of(tx, prepared.moment));
  AMANA_RETURN_IF_ERROR(CheckRecipients(prepared.statement.header(), recipients));
  for (const store::Grantee& grantee : prepared.grantees) {
    AMANA_RETURN_IF_ERROR(CheckWrappedFor(recipients, grantee));
  }
  AMANA_RETURN_IF_ERROR(CheckVersion(tx, context, prepared));
  if (!identity::CheckIsPerson(prepared.signer.signer).ok()) {
    AMANA_RETURN_IF_ERROR(CheckPlacement(tx, prepared.statement.header()));
  }

  store::ReferralRecord record = ReferralOf(prepared);
  delivery::Recorder recorder(tx, record, prepared.moment.now, prepared.signer.evidence);
  AMANA_ASSIGN_OR_RETURN(const bool first, delivery::BeginsCustody(tx, record.subject));
  events::Event accepted_event = recorder.NewEvent(v1::EVENT_KIND_SUBMISSION_ACCEPTED);
  if (first) accepted_event.detail = events::kBeginsCustody;
  AMANA_ASSIGN_OR_RETURN(record.log_index, recorder.Append(std::move(accepted_event)));
  std::vector<Start> starts;
  std::vector<store::TaskRecord> tasks;
  for (int i = 0; i < prepared.statement.header().services_size(); ++i) {
    AMANA_ASSIGN_OR_RETURN(Start start,
                           StartTask(tx, prepared, recipients, static_cast<uint32_t>(i)));
    starts.push_back(std::move(start));
    tasks.push_back(starts.back().task);
    AMANA_RETURN_IF_ERROR(AppendTaskEvent(recorder, tasks.back()));
  }
  AMANA_RETURN_IF_ERROR(Remember(tx, prepared.signer.signer));
  AMANA_RETURN_IF_ERROR(tx.referrals().Accept(record, prepared.body, tasks));
  if (first) {
    AMANA_RETURN_IF_ERROR(delivery::BeginCustody(tx, record, prepared.statement.header()));
  }
  for (const Start& start : starts) {
    // One that comes under a withdrawn consent is settled as it comes, and erased.
    AMANA_RETURN_IF_ERROR(delivery::NoteSettled(tx, {}, start.task, prepared.moment.now));
    *response.add_tasks() = SenderStatus(start.task);
    if (start.task.state != v1::TASK_STATE_ROUTED) continue;
    AMANA_RETURN_IF_ERROR(
        recorder.Queue(start.task, v1::DISCLOSURE_STAGE_AT_OFFER, start.recipient_cert));
    AMANA_RETURN_IF_ERROR(recorder.HoldPlace(start.task));
  }
  return Verdict{.event = record.log_index};
}

// What is refused now (the signer was revoked since, the recipient is gone, the clock is not
// trusted) may have been accepted before: then its sender gets the receipt it asks for. The digest
// stands for the signature, which was verified then.
absl::StatusOr<v1::SubmitResponse> AcceptedBefore(const Context& context, const StatementKey& key,
                                                  const Digest& digest) {
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, context.store->Read());
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> accepted,
                         snapshot->referrals().Find(key));
  if (!accepted.has_value() || accepted->header_digest != digest) return NotFound("referral");
  v1::SubmitResponse response;
  response.set_replayed(true);
  AMANA_ASSIGN_OR_RETURN(*response.mutable_receipt(),
                         StoredReceipt(*snapshot, accepted->log_index));
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> tasks, SenderStatuses(*snapshot, key));
  response.mutable_tasks()->Assign(tasks.begin(), tasks.end());
  return response;
}

}  // namespace

void Submit(const Context& context, const identity::Caller& caller, std::string_view bytes,
            Reply<v1::SubmitResponse> reply) {
  constexpr size_t kMost = envelope::SubmissionLimits().max_bytes;
  if (bytes.size() > kMost) return reply(envelope::SubmissionTooLarge(bytes.size(), kMost));
  v1::Submission submission;
  if (!submission.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return reply(FieldInvalid("submission", "a Submission"));
  }
  absl::StatusOr<ReferralStatement> statement =
      ReferralStatement::Create(std::move(*submission.mutable_header()));
  if (!statement.ok()) return reply(statement.status());
  submission.clear_header();
  const StatementKey key = statement->key();
  const Digest digest = statement->digest();
  absl::StatusOr<Prepared> prepared =
      Prepare(context, caller, *std::move(statement), submission, bytes);
  if (!prepared.ok()) {
    if (key.sender != caller.agency) return reply(prepared.status());
    absl::StatusOr<v1::SubmitResponse> before = AcceptedBefore(context, key, digest);
    return before.ok() ? reply(std::move(before)) : reply(prepared.status());
  }
  auto shared = std::make_shared<const Prepared>(*std::move(prepared));
  CommitAndReply<v1::SubmitResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::SubmitResponse& response) {
        return Accept(tx, context, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
