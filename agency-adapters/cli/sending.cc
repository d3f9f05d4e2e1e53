#include "agency-adapters/cli/sending.h"

#include <utility>

#include "agency-adapters/cli/progress.h"
#include "base/status.h"

namespace amana::cli {
namespace {

constexpr size_t kFlushAtMost = 100000;

absl::Status Append(const sdk::OutboxEntry& entry, Report& report) {
  report.text += EntryText(entry);
  report.json["outbox"] = EntryJson(entry);
  report.exit_code = EntryExitCode(entry);
  return absl::OkStatus();
}

}  // namespace

std::string EntryText(const sdk::OutboxEntry& entry) {
  std::string text = "entry " + std::to_string(entry.id) + " (" +
                     std::string(sdk::KindName(entry.kind)) +
                     "): " + std::string(sdk::StateName(entry.state));
  if (entry.state == sdk::EntryState::kAccepted) {
    text += ", log index " + std::to_string(entry.log_index);
  }
  if (!entry.reason.empty() && entry.state != sdk::EntryState::kAccepted) {
    text += ", " + Shown(entry.reason);
    if (!entry.field.empty()) text += " (" + Shown(entry.field) + ")";
    if (const std::string_view hint = HintFor(entry.reason); !hint.empty()) {
      text += "\n  hint: " + std::string(hint);
    }
  }
  return text + "\n";
}

Json EntryJson(const sdk::OutboxEntry& entry) {
  Json json = {{"entry", entry.id},
               {"kind", std::string(sdk::KindName(entry.kind))},
               {"state", std::string(sdk::StateName(entry.state))},
               {"digest", entry.digest.hex()},
               {"queued", Rfc3339(entry.queued)},
               {"attempts", entry.attempts}};
  if (entry.referral.has_value()) json["referral"] = sdk::ToString(*entry.referral);
  if (entry.state == sdk::EntryState::kAccepted) json["log_index"] = entry.log_index;
  if (!entry.reason.empty()) json["reason"] = entry.reason;
  if (!entry.field.empty()) json["field"] = entry.field;
  return json;
}

int EntryExitCode(const sdk::OutboxEntry& entry) {
  if (entry.state == sdk::EntryState::kAccepted) return kExitDone;
  if (entry.state == sdk::EntryState::kRefused) return kExitRefused;
  return ExitCodeOfReason(entry.reason) == kExitUnverified ? kExitUnverified : kExitUnreachable;
}

void PutHeaderOnly(const std::vector<Address>& recipients, Report& report) {
  for (const Address& recipient : recipients) {
    report.text += ToString(recipient) +
                   " gets the header and no section: it is an immigration authority, and the "
                   "consent does not name it\n";
    report.json["header_only"].push_back(ToString(recipient));
  }
}

absl::Status SendOrHold(Context& context, int64_t id, bool hold, Report& report) {
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  if (hold) {
    AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, sender->outbox().Get(id));
    AMANA_RETURN_IF_ERROR(Append(entry, report));
    report.exit_code = kExitDone;
    return absl::OkStatus();
  }
  AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, sender->Send(id));
  return Append(entry, report);
}

absl::Status SendAnswer(Context& context, int64_t id, Report& report) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  sdk::Courier courier(*identity, *client, *mailbox);
  AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, courier.Send(id));
  return Append(entry, report);
}

absl::StatusOr<Flushed> FlushAll(Context& context) {
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(sdk::Client * client, context.client());
  AMANA_ASSIGN_OR_RETURN(const std::vector<int64_t> waiting,
                         sender->outbox().Pending(kFlushAtMost));
  const World& world = context.world();
  Progress progress(world.err, world.err_is_tty, world.clock, "sending", waiting.size());
  Flushed flushed;
  bool reached = true;
  for (const int64_t id : waiting) {
    absl::StatusOr<sdk::OutboxEntry> entry =
        reached && !world.stop() ? sender->Send(id) : sender->outbox().Get(id);
    if (!entry.ok()) return entry.status();
    progress.Advance();
    if (entry->state == sdk::EntryState::kAccepted) {
      ++flushed.accepted;
    } else if (entry->state == sdk::EntryState::kRefused) {
      flushed.refused.push_back(*std::move(entry));
    } else {
      if (ExitCodeOfReason(entry->reason) == kExitUnreachable) reached = false;
      flushed.pending.push_back(*std::move(entry));
    }
  }
  if (reached) flushed.trouble = sender->courier().watch().CatchUp(*client);
  return flushed;
}

}  // namespace amana::cli
