#include "agency-adapters/sdk/handover_memory.h"

#include <utility>
#include <vector>

#include "agency-adapters/sdk/outbox.h"
#include "base/errors.h"
#include "base/status.h"
#include "proto/envelope/handover.h"

namespace amana::sdk {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

// The first column of the first row, if there is one.
absl::StatusOr<std::optional<std::string>> First(Statement& row) {
  AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return std::nullopt;
  return std::string(row.Bytes(0));
}

}  // namespace

absl::StatusOr<std::optional<v1::GetHandoverResponse>> FindSeen(Mailbox& mailbox,
                                                                const HandoverName& name) {
  std::optional<std::string> bytes;
  AMANA_RETURN_IF_ERROR(mailbox.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT response FROM handover_seen WHERE sender = ?1 AND referral = ?2 AND "
                   "version = ?3 AND task = ?4 AND (?5 = 0 OR attempt = ?5) ORDER BY attempt DESC "
                   "LIMIT 1"));
    row.Bind(std::string_view(name.referral.sender.value()), Blob(name.referral.referral.view()),
             name.referral.version, name.task, name.attempt);
    AMANA_ASSIGN_OR_RETURN(bytes, First(row));
    return absl::OkStatus();
  }));
  if (!bytes.has_value()) return std::nullopt;
  v1::GetHandoverResponse response;
  if (!response.ParseFromString(*bytes)) return StoreCorruptError("a handover does not parse");
  return response;
}

absl::Status KeepSeen(Mailbox& mailbox, const HandoverName& name,
                      const v1::GetHandoverResponse& response) {
  const std::string bytes = response.SerializeAsString();
  return mailbox.Write([&](Database& db) {
    return db.Run(
        "INSERT OR REPLACE INTO handover_seen(sender, referral, version, task, attempt, response) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
        name.referral.sender.value(), Blob(name.referral.referral.view()), name.referral.version,
        name.task, name.attempt, Blob(bytes));
  });
}

absl::Status AddOwnSteps(Mailbox& mailbox, OwnSteps which, HandoverView& view) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<OutboxEntry> standing,
                         Outbox(mailbox).Standing(EntryKind::kHandoverStep, view.name.referral));
  for (const OutboxEntry& entry : standing) {
    if (which == OwnSteps::kTaken && entry.state != EntryState::kAccepted) continue;
    v1::TakeHandoverStepRequest request;
    if (!request.ParseFromString(entry.request)) return StoreCorruptError("a step does not parse");
    VerifiedStep step;
    AMANA_ASSIGN_OR_RETURN(step.statement, envelope::ParseHandoverStep(request.step()));
    if (step.statement.previous != view.last_step || view.Has(step.statement.digest)) continue;
    AMANA_ASSIGN_OR_RETURN(step.signer, CertId::FromBytes(step.statement.message.meta().cert_id()));
    AMANA_RETURN_IF_ERROR(Apply(std::move(step), view));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::string>> FindCode(Mailbox& mailbox, std::string_view commitment) {
  std::optional<std::string> code;
  AMANA_RETURN_IF_ERROR(mailbox.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row,
                           db.Prepare("SELECT code FROM handover_codes WHERE commitment = ?1"));
    row.Bind(Blob(commitment));
    AMANA_ASSIGN_OR_RETURN(code, First(row));
    return absl::OkStatus();
  }));
  return code;
}

absl::Status KeepCode(Database& db, std::string_view commitment, std::string_view code) {
  return db.Run("INSERT OR REPLACE INTO handover_codes(commitment, code) VALUES(?1, ?2)",
                Blob(commitment), code);
}

}  // namespace amana::sdk
