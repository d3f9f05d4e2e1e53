#include "proto/envelope/candidate_order.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/status.h"
#include "proto/envelope/errors.h"
#include "proto/envelope/signer.h"
#include "proto/envelope/statement.h"

namespace amana::envelope {
namespace {

std::string CandidatesField(int task, int candidate) {
  return "tasks[" + std::to_string(task) + "].candidates[" + std::to_string(candidate) + "]";
}

absl::StatusOr<std::vector<Address>> ReadCandidates(const v1::TaskCandidates& task, int index) {
  std::vector<Address> out;
  if (task.candidates().empty() || task.candidates_size() > kMaxCandidates) {
    return OrderInvalid("tasks[" + std::to_string(index) + "].candidates", "must be 1 to 32");
  }
  for (int i = 0; i < task.candidates_size(); ++i) {
    const std::string field = CandidatesField(index, i);
    Address address;
    AMANA_ASSIGN_OR_RETURN(address.agency,
                           AgencyId::Create(task.candidates(i).agency(), field + ".agency"));
    AMANA_ASSIGN_OR_RETURN(address.unit,
                           UnitId::Create(task.candidates(i).unit(), field + ".unit"));
    if (std::find(out.begin(), out.end(), address) != out.end()) {
      return OrderInvalid(field, "named twice");
    }
    out.push_back(std::move(address));
  }
  return out;
}

absl::StatusOr<Candidates> ReadTasks(const v1::CandidateOrder& message) {
  if (message.tasks().empty() || message.tasks_size() > kMaxServices) {
    return OrderInvalid("tasks", "must be 1 to 16");
  }
  Candidates tasks;
  for (int i = 0; i < message.tasks_size(); ++i) {
    const v1::TaskCandidates& task = message.tasks(i);
    if (!tasks.empty() && task.task() <= tasks.rbegin()->first) {
      return OrderInvalid("tasks[" + std::to_string(i) + "].task", "tasks must ascend");
    }
    AMANA_ASSIGN_OR_RETURN(tasks[task.task()], ReadCandidates(task, i));
  }
  return tasks;
}

absl::StatusOr<std::string> MakePayload(const GrantSource& source, const Candidates& tasks,
                                        uint32_t number) {
  v1::CandidateOrder message;
  message.mutable_meta()->set_suite(kSuite);
  message.mutable_meta()->set_cert_id(source.signer.bytes());
  message.mutable_meta()->set_created_unix_ms(ToUnixMillis(source.created));
  message.mutable_referral()->set_sender_agency(source.referral.sender.value());
  message.mutable_referral()->set_referral_id(source.referral.referral.bytes());
  message.mutable_referral()->set_version(source.referral.version);
  message.set_slots_digest(source.slots_digest.bytes());
  message.set_number(number);
  for (const auto& [task, candidates] : tasks) {
    v1::TaskCandidates& out = *message.add_tasks();
    out.set_task(task);
    for (const Address& candidate : candidates) {
      v1::Address& address = *out.add_candidates();
      address.set_agency(candidate.agency.value());
      address.set_unit(candidate.unit.value());
    }
  }
  AMANA_RETURN_IF_ERROR(ReadTasks(message).status());
  return Serialize(message);
}

}  // namespace

absl::StatusOr<v1::SignedEnvelope> MakeOrderCompanion(const GrantSource& source,
                                                      const Candidates& tasks) {
  v1::SignedEnvelope envelope;
  envelope.set_payload_type(std::string(kCandidateOrderType));
  AMANA_ASSIGN_OR_RETURN(*envelope.mutable_payload(), MakePayload(source, tasks, 1));
  return envelope;
}

absl::StatusOr<v1::SignedEnvelope> MakeOrder(const ReferralStatement& referral,
                                             const Candidates& tasks, uint32_t number,
                                             const crypto::EcdsaPrivateKey& key,
                                             const crypto::Certificate& signer,
                                             absl::Time created) {
  AMANA_RETURN_IF_ERROR(CheckSigner(signer, referral.sender().agency));
  AMANA_RETURN_IF_ERROR(CheckSignerKey(signer, key));
  const GrantSource source = {referral.key(), referral.slots_digest(), signer.id(), created};
  AMANA_ASSIGN_OR_RETURN(std::string payload, MakePayload(source, tasks, number));
  return SignStatement(kCandidateOrderType, std::move(payload), key);
}

absl::StatusOr<CandidateOrderStatement> ParseCandidateOrder(const v1::SignedEnvelope& envelope) {
  AMANA_ASSIGN_OR_RETURN(const v1::CandidateOrder message,
                         ParseStatement<v1::CandidateOrder>(envelope, kCandidateOrderType));
  CandidateOrderStatement order;
  const v1::StatementRef& referral = message.referral();
  AMANA_ASSIGN_OR_RETURN(order.referral.sender,
                         AgencyId::Create(referral.sender_agency(), "referral.sender_agency"));
  AMANA_ASSIGN_OR_RETURN(order.referral.referral,
                         ReferralId::FromBytes(referral.referral_id(), "referral.referral_id"));
  order.referral.version = referral.version();
  if (referral.version() < 1) return OrderInvalid("referral.version", "must be at least 1");
  AMANA_ASSIGN_OR_RETURN(order.slots_digest,
                         Digest::FromBytes(message.slots_digest(), "slots_digest"));
  order.number = message.number();
  if (order.number < 1) return OrderInvalid("number", "must be at least 1");
  AMANA_ASSIGN_OR_RETURN(order.tasks, ReadTasks(message));
  AMANA_ASSIGN_OR_RETURN(order.signer, CertId::FromBytes(message.meta().cert_id()));
  order.created = FromUnixMillis(message.meta().created_unix_ms());
  order.digest = PayloadDigest(envelope);
  order.companion = envelope.signature().empty();
  return order;
}

absl::StatusOr<CandidateOrderStatement> CheckCandidateOrder(const v1::SignedEnvelope& envelope,
                                                            const ReferralStatement& referral) {
  if (HasUnknownFields(envelope)) return UnknownField("candidate_order");
  AMANA_ASSIGN_OR_RETURN(CandidateOrderStatement order, ParseCandidateOrder(envelope));
  if (order.referral != referral.key()) {
    return OrderInvalid("referral", "an order for another referral");
  }
  if (order.slots_digest != referral.slots_digest()) {
    return OrderInvalid("slots_digest", "an order for other sections");
  }
  if (order.tasks.rbegin()->first >= static_cast<uint32_t>(referral.header().services_size())) {
    return OrderInvalid("tasks", "no such task");
  }
  if (order.companion && (order.number != 1 || order.signer != referral.cert_id() ||
                          !referral.NamesCompanion(order.digest))) {
    return CompanionUnknown();
  }
  return order;
}

}  // namespace amana::envelope
