// What a sender says after its case, and steps of handovers: calls that sign anew each time, so
// that each is made once for its row.
#include <optional>
#include <utility>

#include "agency-adapters/runtime/errors.h"
#include "agency-adapters/runtime/outgoing.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::runtime {
namespace {

constexpr size_t kNoticesLookedAt = 500;

// The question of a task that was asked last, as the verified notices have it.
absl::StatusOr<sdk::EventView> QuestionOf(sdk::NoticeBox& notices, const StatementKey& referral,
                                          uint32_t task) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::NoticeItem> told,
                         notices.List(referral.referral, kNoticesLookedAt));
  for (const sdk::NoticeItem& notice : told) {
    if (notice.event.kind == v1::EVENT_KIND_TASK_INFO_REQUESTED && notice.event.task == task) {
      return notice.event;
    }
  }
  return MakeError(absl::StatusCode::kFailedPrecondition, "QUESTION_UNKNOWN", "about",
                   "nobody has asked about this task, as far as this machine was told");
}

absl::StatusOr<absl::Time> TimeOf(const NativeItem& item, const std::string& name) {
  const auto found = item.details.find(name);
  absl::Time time;
  std::string error;
  if (found != item.details.end() &&
      absl::ParseTime(absl::RFC3339_full, found->second, &time, &error)) {
    return time;
  }
  return ItemInvalid(name, "expected a time as RFC 3339 has it");
}

template <typename E>
absl::StatusOr<E> CodeOf(const NativeItem& item, const std::string& name) {
  const auto found = item.details.find(name);
  if (found == item.details.end()) return E{};
  const std::optional<E> code = codes::ParseCode<E>(found->second);
  if (!code.has_value()) return ItemInvalid(name, "is no code of its list");
  return *code;
}

// Drawn for this row, and for no other that will ever have its native key.
std::string NameOf(const ItemRow& row) { return "item/" + row.referral.hex(); }

absl::Status SetWords(const NativeItem& item, v1::HandoverNote& note) {
  for (const auto& [name, value] : item.details) {
    if (name == "place") {
      note.set_place(value);
    } else if (name == "officer") {
      note.set_officer(value);
    } else if (name == "escort") {
      note.set_escort(value);
    } else if (name == "companion") {
      note.set_companion(value);
    } else if (name == "text") {
      note.set_text(value);
    } else if (name != "window_from" && name != "window_until" && name != "reason" &&
               name != "exit" && name != "escort_code") {
      return ItemInvalid("details", "has a name that no step knows");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<sdk::HandoverDraft> DraftOf(const NativeItem& item) {
  sdk::HandoverDraft draft;
  draft.to = codes::ParseCode<v1::HandoverState>(item.code).value_or(draft.to);
  AMANA_RETURN_IF_ERROR(SetWords(item, draft.words));
  AMANA_ASSIGN_OR_RETURN(draft.reason, CodeOf<v1::Reason>(item, "reason"));
  AMANA_ASSIGN_OR_RETURN(draft.exit, CodeOf<v1::ExitCode>(item, "exit"));
  if (item.details.contains("window_from") || item.details.contains("window_until")) {
    AMANA_ASSIGN_OR_RETURN(const absl::Time from, TimeOf(item, "window_from"));
    AMANA_ASSIGN_OR_RETURN(const absl::Time until, TimeOf(item, "window_until"));
    draft.window = {from, until};
  }
  if (const auto code = item.details.find("escort_code"); code != item.details.end()) {
    draft.code = code->second;
  }
  return draft;
}

}  // namespace

absl::StatusOr<std::optional<int64_t>> Outgoing::Standing(const ItemRow& row) {
  if (row.kind != ItemKind::kCase) return end_.sender.outbox().MadeFor(NameOf(row));
  const StatementKey key{end_.identity.agency(), row.referral, 1};
  const absl::StatusOr<sdk::OutboxEntry> standing = end_.sender.outbox().FindSubmission(key);
  if (standing.ok()) return standing->id;
  if (ErrorReason(standing.status()) != "ENTRY_UNKNOWN") return standing.status();
  return std::nullopt;
}

absl::StatusOr<int64_t> Outgoing::Once(
    const ItemRow& row, const std::function<absl::StatusOr<int64_t>(std::string)>& make) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<int64_t> made, Standing(row));
  if (made.has_value()) return *made;
  return make(NameOf(row));
}

absl::StatusOr<int64_t> Outgoing::PutUpdate(const ItemRow& row, const HeldItem& item) {
  AMANA_ASSIGN_OR_RETURN(const StatementKey referral, OwnCase(item.item.about));
  std::vector<PlannedSection> sections;
  if (!item.item.record.fields.empty() || !item.facts.empty()) {
    AMANA_ASSIGN_OR_RETURN(const mapping::CaseFacts facts, judge_.FactsOf(item));
    for (const auto& [category, section] : facts.sections) {
      sections.push_back({category, section.dump()});
    }
  }
  return Once(row, [&](std::string made_for) -> absl::StatusOr<int64_t> {
    AMANA_ASSIGN_OR_RETURN(const sdk::EventView asked,
                           QuestionOf(end_.notices, referral, item.item.task));
    AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued,
                           end_.sender.QueueUpdate({.referral = referral,
                                                    .task = item.item.task,
                                                    .offer_epoch = asked.offer_epoch,
                                                    .asked = {asked.actor_agency, asked.actor_unit},
                                                    .sections = ToDrafts(sections),
                                                    .words = item.item.words,
                                                    .made_for = std::move(made_for)}));
    return queued.entry;
  });
}

absl::StatusOr<int64_t> Outgoing::PutCancel(const NativeItem& item) {
  AMANA_ASSIGN_OR_RETURN(const StatementKey referral, OwnCase(item.about));
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> standing,
                         end_.sender.outbox().Standing(sdk::EntryKind::kCancellation, referral));
  if (!standing.empty()) return standing.front().id;
  const auto reason = codes::ParseCode<v1::Reason>(item.code).value_or(v1::REASON_UNSPECIFIED);
  AMANA_ASSIGN_OR_RETURN(const sdk::Queued queued, end_.sender.QueueCancellation(referral, reason));
  return queued.entry;
}

absl::StatusOr<std::string> Outgoing::EscortCode(const ItemRow& row) {
  if (row.kind != ItemKind::kHandover || row.entry == 0) return std::string();
  AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, end_.sender.outbox().Get(row.entry));
  AMANA_ASSIGN_OR_RETURN(const std::optional<std::string> code, end_.handovers.CodeOf(entry));
  return code.value_or("");
}

absl::StatusOr<int64_t> Outgoing::PutHandover(const ItemRow& row, const NativeItem& item) {
  StatementKey referral;
  uint32_t task = item.task;
  if (const absl::StatusOr<StatementKey> own = OwnCase(item.about); own.ok()) {
    referral = *own;
  } else {
    AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem offer, OfferOf(item.about));
    referral = offer.key.referral;
    task = offer.key.task;
  }
  AMANA_ASSIGN_OR_RETURN(sdk::HandoverDraft draft, DraftOf(item));
  draft.handover = {referral, task, 0};
  return Once(row, [&](std::string made_for) -> absl::StatusOr<int64_t> {
    draft.made_for = std::move(made_for);
    AMANA_ASSIGN_OR_RETURN(const sdk::QueuedHandover queued, end_.handovers.Queue(draft));
    return queued.queued.entry;
  });
}

}  // namespace amana::runtime
