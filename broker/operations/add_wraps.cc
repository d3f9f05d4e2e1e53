#include "broker/operations/add_wraps.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "broker/delivery/route_task.h"
#include "broker/delivery/submission.h"
#include "broker/operations/commit.h"
#include "broker/operations/errors.h"
#include "broker/operations/grants.h"
#include "broker/operations/replay.h"
#include "broker/operations/statement.h"
#include "broker/operations/task_status.h"
#include "broker/store/errors.h"

namespace amana::operations {
namespace {

constexpr int kMaxGrants = 8;

struct Checked {
  delivery::Moment moment;
  v1::AddWrapsRequest request;
  std::vector<envelope::GrantStatement> statements;
  std::vector<store::GrantRecord> records;
};

absl::StatusOr<Checked> Check(const Context& context, const identity::Caller& caller,
                              v1::AddWrapsRequest request) {
  const delivery::Moment moment = context.Now();
  if (!moment.clock_ok) return ClockNotTrusted();
  if (request.grants().empty() || request.grants_size() > kMaxGrants) {
    return FieldInvalid("grants", "1 to 8 grants");
  }
  Checked checked{moment, {}, {}, {}};
  for (const v1::Grant& grant : request.grants()) {
    AMANA_ASSIGN_OR_RETURN(envelope::GrantStatement statement,
                           envelope::ParseGrant(grant.envelope()));
    if (statement.companion) return FieldInvalid("grants.envelope.signature", "the sender's");
    if (statement.referral.sender != caller.agency) {
      return SenderNotCaller("grants.referral.sender_agency");
    }
    if (!checked.statements.empty() && statement.referral != checked.statements[0].referral) {
      return FieldInvalid("grants.referral", "the same in all grants");
    }
    AMANA_RETURN_IF_ERROR(CheckGrantSigner(moment, caller, statement, grant));
    checked.records.push_back(GrantRecordOf(statement, grant));
    checked.statements.push_back(std::move(statement));
  }
  checked.request = std::move(request);
  return checked;
}

absl::Status CheckAgainstHeader(const store::Transaction& tx, const Checked& checked) {
  AMANA_ASSIGN_OR_RETURN(delivery::StoredSubmission stored,
                         delivery::ReadSubmission(tx, checked.statements[0].referral));
  AMANA_ASSIGN_OR_RETURN(
      const envelope::ReferralStatement statement,
      envelope::ReferralStatement::Create(std::move(*stored.submission.mutable_header())));
  for (const v1::Grant& grant : checked.request.grants()) {
    AMANA_RETURN_IF_ERROR(envelope::CheckGrant(grant, statement).status());
  }
  return absl::OkStatus();
}

// Keeps one grant that `fits` its header, unless these very bytes were kept before; returns its
// event.
absl::StatusOr<uint64_t> Keep(store::Transaction& tx, const Checked& checked, size_t i,
                              const store::ReferralRecord& referral,
                              const delivery::Evidence& evidence, const absl::Status& fits) {
  const store::GrantRecord& record = checked.records[i];
  const envelope::GrantStatement& statement = checked.statements[i];
  AMANA_ASSIGN_OR_RETURN(
      const std::optional<uint64_t> before,
      FindEventOf(tx, referral.key.referral, v1::EVENT_KIND_GRANT_ADDED, statement.digest));
  if (before.has_value()) return *before;
  AMANA_RETURN_IF_ERROR(fits);
  AMANA_ASSIGN_OR_RETURN(const delivery::Recipients recipients,
                         delivery::Recipients::Of(tx, checked.moment));
  AMANA_RETURN_IF_ERROR(CheckWrappedFor(recipients, {record.recipient, record.recipient_cert}));
  AMANA_RETURN_IF_ERROR(envelope::CheckFreshness(statement.message.meta(), checked.moment.now));
  const identity::RegisteredCertificate* signer =
      checked.moment.trust->registry->SigningCertificate(record.signer_cert);
  if (signer != nullptr) {
    AMANA_RETURN_IF_ERROR(
        tx.directory().RememberCertificate(record.signer_cert, signer->certificate.der()));
  }
  AMANA_RETURN_IF_ERROR(tx.referrals().AddGrant(record));
  delivery::Recorder recorder(tx, referral, checked.moment.now, evidence);
  events::Event event = recorder.NewEvent(v1::EVENT_KIND_GRANT_ADDED);
  event.recipient = record.recipient;
  return recorder.Append(std::move(event));
}

absl::StatusOr<Verdict> Add(store::Transaction& tx, const Context& context, const Checked& checked,
                            v1::AddWrapsResponse& response) {
  const StatementKey& key = checked.statements[0].referral;
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::ReferralRecord> referral,
                         tx.referrals().Find(key));
  if (!referral.has_value()) return NotFound("grants.referral");
  const absl::Status fits = CheckAgainstHeader(tx, checked);
  // Of an erased referral only what was kept before is answered: nothing can be added.
  if (!fits.ok() && !store::IsErased(fits)) return fits;
  Verdict verdict;
  delivery::Evidence evidence;
  for (size_t i = 0; i < checked.records.size(); ++i) {
    evidence.agency = key.sender;
    evidence.cert_id = checked.records[i].signer_cert;
    evidence.statement = checked.statements[i].digest;
    AMANA_ASSIGN_OR_RETURN(verdict.event, Keep(tx, checked, i, *referral, evidence, fits));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<store::TaskRecord> tasks, tx.referrals().Tasks(key));
  for (const store::TaskRecord& task : tasks) {
    if (task.state != v1::TASK_STATE_NEEDS_WRAP) continue;
    AMANA_RETURN_IF_ERROR(
        delivery::RouteTask(tx, checked.moment, context.policy, evidence, *referral, task));
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<v1::TaskStatus> statuses, SenderStatuses(tx, key));
  response.mutable_tasks()->Assign(statuses.begin(), statuses.end());
  return verdict;
}

}  // namespace

void AddWraps(const Context& context, const identity::Caller& caller, v1::AddWrapsRequest request,
              Reply<v1::AddWrapsResponse> reply) {
  absl::StatusOr<Checked> checked = Check(context, caller, std::move(request));
  if (!checked.ok()) return reply(checked.status());
  auto shared = std::make_shared<const Checked>(*std::move(checked));
  CommitAndReply<v1::AddWrapsResponse>(
      context,
      [&context, shared](store::Transaction& tx, v1::AddWrapsResponse& response) {
        return Add(tx, context, *shared, response);
      },
      std::move(reply));
}

}  // namespace amana::operations
