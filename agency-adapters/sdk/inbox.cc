#include "agency-adapters/sdk/inbox.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/inbox_rows.h"
#include "agency-adapters/sdk/note_memory.h"
#include "agency-adapters/sdk/sign_entry.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/update.h"

namespace amana::sdk {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

// A standing decision is the answer to the same question and a refusal of another.
absl::StatusOr<std::optional<int64_t>> StandingDecision(Database& db, const InboxItem& item,
                                                        bool accept) {
  AMANA_ASSIGN_OR_RETURN(const auto entry, StandingAnswer(db, item.id, EntryKind::kDecision));
  if (entry.has_value() && (item.state == InboxState::kAccepted) != accept) {
    return StatementInvalid("decision", "another was made and signed");
  }
  return entry;
}

absl::StatusOr<int64_t> Decide(Mailbox& mailbox, int64_t id, bool accept, v1::Reason reason,
                               const Identity& identity, const Clock& clock) {
  int64_t result = 0;
  AMANA_RETURN_IF_ERROR(mailbox.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetItem(db, id));
    if (item.state == InboxState::kRecalled) return ContentErased();
    if (item.key.stage != v1::DISCLOSURE_STAGE_AT_OFFER) {
      return StatementInvalid("stage", "the offer was decided before this came");
    }
    if (item.key.update != 0) return StatementInvalid("item", "say it of the referral's own item");
    AMANA_ASSIGN_OR_RETURN(const auto standing, StandingDecision(db, item, accept));
    if (standing.has_value()) {
      result = *standing;
      return absl::OkStatus();
    }
    AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity.PersonSigner());
    v1::Decision decision;
    NameItem(item, decision);
    decision.set_accepted(accept);
    decision.set_reason(reason);
    AMANA_ASSIGN_OR_RETURN(
        const NewEntry entry,
        SignEntry(*signer, clock.Now(),
                  {EntryKind::kDecision, envelope::kDecisionType, item.key.referral}, decision,
                  &v1::DecideRequest::mutable_decision));
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, id, entry));
    return SetItemState(db, id, accept ? InboxState::kAccepted : InboxState::kRejected);
  }));
  return result;
}

absl::Status CloseQuestion(Database& db, DeliveryKey key) {
  if (key.update == 0) return absl::OkStatus();
  key.update = 0;
  AMANA_ASSIGN_OR_RETURN(const auto asked, FindItem(db, key));
  if (!asked.has_value() || asked->state != InboxState::kAsked) return absl::OkStatus();
  return SetItemState(db, asked->id, InboxState::kSeen);
}

absl::StatusOr<NewEntry> SignRecallAnswer(const InboxItem& item, const SigningIdentity& signer,
                                          absl::Time now) {
  v1::RecallAnswer answer;
  NameItem(item, answer);
  answer.set_confirmed(item.keep_basis == v1::LEGAL_BASIS_UNSPECIFIED);
  answer.set_legal_basis(item.keep_basis);
  return SignEntry(signer, now,
                   {EntryKind::kRecallAnswer, envelope::kRecallAnswerType, item.key.referral},
                   std::move(answer), &v1::AnswerRecallRequest::mutable_answer);
}

// Rows of an item and its answer's entry.
absl::StatusOr<std::vector<Inbox::RecalledItem>> ReadRecalled(Database& db, Statement& row) {
  std::vector<Inbox::RecalledItem> recalled;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
    if (!more) return recalled;
    AMANA_ASSIGN_OR_RETURN(InboxItem item, GetItem(db, row.Int(0)));
    recalled.push_back({row.Int(1), std::move(item)});
  }
}

}  // namespace

std::string_view StateName(InboxState state) {
  switch (state) {
    case InboxState::kReceived:
      return "RECEIVED";
    case InboxState::kSeen:
      return "SEEN";
    case InboxState::kAccepted:
      return "ACCEPTED";
    case InboxState::kRejected:
      return "REJECTED";
    case InboxState::kRecalled:
      return "RECALLED";
    case InboxState::kRecallRefused:
      return "RECALL_REFUSED";
    case InboxState::kAsked:
      return "ASKED";
    case InboxState::kInProgress:
      return "IN_PROGRESS";
    case InboxState::kCompleted:
      return "COMPLETED";
    case InboxState::kFailed:
      return "FAILED";
  }
  return "UNKNOWN";
}

absl::StatusOr<std::vector<InboxItem>> Inbox::List(std::optional<InboxState> state, size_t limit) {
  std::vector<InboxItem> items;
  const std::string sql = SelectItems("", "?1 IS NULL OR state = ?1 ORDER BY urgency, id LIMIT ?2");
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
    row.Bind(state, limit);
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      AMANA_ASSIGN_OR_RETURN(InboxItem item, ReadItem(row));
      items.push_back(std::move(item));
    }
  }));
  return items;
}

absl::StatusOr<std::vector<InboxItem>> Inbox::After(int64_t id, size_t limit) {
  std::vector<InboxItem> items;
  const std::string sql = SelectItems("", "id > ?1 ORDER BY id LIMIT ?2");
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
    row.Bind(id, limit);
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      AMANA_ASSIGN_OR_RETURN(InboxItem item, ReadItem(row));
      items.push_back(std::move(item));
    }
  }));
  return items;
}

absl::StatusOr<std::vector<Inbox::RecalledItem>> Inbox::RecalledAfter(int64_t answer,
                                                                      size_t limit) {
  std::vector<RecalledItem> recalled;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row,
                           db.Prepare("SELECT item, entry FROM inbox_answers WHERE kind = ?1 AND "
                                      "entry > ?2 ORDER BY entry LIMIT ?3"));
    row.Bind(EntryKind::kRecallAnswer, answer, limit);
    AMANA_ASSIGN_OR_RETURN(recalled, ReadRecalled(db, row));
    return absl::OkStatus();
  }));
  return recalled;
}

absl::StatusOr<std::vector<Inbox::RecalledItem>> Inbox::HeldRecalls(size_t limit) {
  std::vector<RecalledItem> held;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT a.item, o.id FROM outbox o JOIN inbox_answers a ON a.entry = o.id "
                   "WHERE o.held <> 0 AND a.kind = ?1 ORDER BY o.id LIMIT ?2"));
    row.Bind(EntryKind::kRecallAnswer, limit);
    AMANA_ASSIGN_OR_RETURN(held, ReadRecalled(db, row));
    return absl::OkStatus();
  }));
  return held;
}

absl::StatusOr<InboxItem> Inbox::Get(int64_t id) {
  absl::StatusOr<InboxItem> item = EntryUnknown("item");
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) {
    item = GetItem(db, id);
    return absl::OkStatus();
  }));
  return item;
}

absl::StatusOr<std::optional<InboxItem>> Inbox::Find(const DeliveryKey& key) {
  std::optional<InboxItem> item;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(item, FindItem(db, key));
    return absl::OkStatus();
  }));
  return item;
}

absl::StatusOr<std::vector<InboxItem>> Inbox::UpdatesOf(const DeliveryKey& key) {
  std::vector<InboxItem> items;
  static const std::string sql = SelectItems(
      "",
      "sender = ?1 AND referral = ?2 AND version = ?3 AND task = ?4 AND offer_epoch = ?5 AND "
      "update_number > 0 ORDER BY update_number");
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
    row.Bind(key.referral.sender.value(), Blob(key.referral.referral.view()), key.referral.version,
             key.task, key.offer_epoch);
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      AMANA_ASSIGN_OR_RETURN(InboxItem item, ReadItem(row));
      items.push_back(std::move(item));
    }
  }));
  return items;
}

absl::StatusOr<std::vector<ItemAnswer>> Inbox::Answers(int64_t id) {
  std::vector<ItemAnswer> answers;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(
        Statement row,
        db.Prepare("SELECT kind, entry FROM inbox_answers WHERE item = ?1 ORDER BY entry"));
    row.Bind(id);
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool more, row.Step());
      if (!more) return absl::OkStatus();
      answers.push_back({static_cast<EntryKind>(row.Int(0)), row.Int(1)});
    }
  }));
  return answers;
}

absl::StatusOr<envelope::OpenedDelivery> Inbox::Open(int64_t id, const Identity& identity) {
  v1::Delivery delivery;
  static const std::string sql = SelectItems(", delivery", "id = ?1");
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
    row.Bind(id);
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return EntryUnknown("item");
    if (row.IsNull(kNextItemColumn)) return ContentErased();
    const std::string_view bytes = row.Bytes(kNextItemColumn);
    if (!delivery.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return StoreCorruptError("inbox: a delivery does not parse");
    }
    return absl::OkStatus();
  }));
  return OpenParts(delivery, identity);
}

absl::StatusOr<envelope::OpenedDelivery> OpenParts(const v1::Delivery& delivery,
                                                   const Identity& identity) {
  AMANA_ASSIGN_OR_RETURN(crypto::Certificate sender,
                         crypto::Certificate::FromDer(delivery.sender_certificate()));
  envelope::DeliveryCertificates certificates{std::move(sender), std::nullopt};
  if (!delivery.grant_certificate().empty()) {
    AMANA_ASSIGN_OR_RETURN(certificates.grant,
                           crypto::Certificate::FromDer(delivery.grant_certificate()));
  }
  const envelope::DeliveryParts parts{delivery.header(), delivery.grant(), delivery.openings(),
                                      delivery.sections(), delivery.withheld_slots()};
  if (!delivery.has_update()) {
    return envelope::OpenDelivery(parts, certificates, identity.sealing());
  }
  AMANA_ASSIGN_OR_RETURN(const crypto::Certificate signer,
                         crypto::Certificate::FromDer(delivery.update_certificate()));
  return envelope::OpenUpdate(
      parts,
      {delivery.update(), signer, delivery.has_update_note() ? &delivery.update_note() : nullptr},
      certificates, identity.sealing());
}

absl::StatusOr<int64_t> Inbox::MarkSeen(int64_t id, const Identity& identity, const Clock& clock) {
  int64_t result = 0;
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetItem(db, id));
    AMANA_ASSIGN_OR_RETURN(const auto standing, StandingAnswer(db, id, EntryKind::kSeen));
    if (standing.has_value()) {
      result = *standing;
      return absl::OkStatus();
    }
    if (item.state == InboxState::kRecalled) return ContentErased();
    AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity.PersonSigner());
    v1::Seen seen;
    NameItem(item, seen);
    AMANA_ASSIGN_OR_RETURN(
        const NewEntry entry,
        SignEntry(*signer, clock.Now(), {EntryKind::kSeen, envelope::kSeenType, item.key.referral},
                  seen, &v1::MarkSeenRequest::mutable_seen));
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, id, entry));
    return item.state == InboxState::kReceived ? SetItemState(db, id, InboxState::kSeen)
                                               : absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<int64_t> Inbox::Accept(int64_t id, const Identity& identity, const Clock& clock) {
  return Decide(mailbox_, id, true, v1::REASON_UNSPECIFIED, identity, clock);
}

absl::StatusOr<int64_t> Inbox::Decline(int64_t id, v1::Reason reason, const Identity& identity,
                                       const Clock& clock) {
  if (codes::KindOf(reason) != codes::ReasonKind::kDecline) {
    return StatementInvalid("reason", "must be a DECLINE code");
  }
  if (reason == v1::REASON_OTHER) return StatementInvalid("reason", "needs words beside it");
  return Decide(mailbox_, id, false, reason, identity, clock);
}

absl::StatusOr<Inbox::Kept> Inbox::Keep(const Received& received) {
  Kept kept;
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const auto item, FindItem(db, received.item.key));
    kept.duplicate = item.has_value();
    if (!item.has_value()) {
      AMANA_ASSIGN_OR_RETURN(kept.id, InsertItem(db, received.item, Blob(received.delivery)));
      AMANA_ASSIGN_OR_RETURN(kept.acknowledgement,
                             AddAnswer(db, kept.id, received.acknowledgement));
      return CloseQuestion(db, received.item.key);
    }
    kept.id = item->id;
    if (item->state == InboxState::kRecalled) return absl::OkStatus();
    AMANA_ASSIGN_OR_RETURN(const auto standing,
                           StandingAnswer(db, kept.id, EntryKind::kAcknowledgement));
    if (standing.has_value()) {
      kept.acknowledgement = *standing;
      return absl::OkStatus();
    }
    AMANA_ASSIGN_OR_RETURN(kept.acknowledgement, AddAnswer(db, kept.id, received.acknowledgement));
    return absl::OkStatus();
  }));
  return kept;
}

absl::Status Inbox::SetKeepBasis(int64_t id, v1::LegalBasis basis) {
  if (basis == v1::LEGAL_BASIS_CONSENT) {
    return StatementInvalid("legal_basis", "consent is no basis of this agency's own");
  }
  return mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetItem(db, id));
    AMANA_ASSIGN_OR_RETURN(const auto answered, StandingAnswer(db, id, EntryKind::kRecallAnswer));
    if (answered.has_value()) return StatementInvalid("item", "its recall was answered");
    return db.Run("UPDATE inbox SET keep_basis = ?2 WHERE id = ?1", item.id, basis);
  });
}

absl::StatusOr<int64_t> Inbox::Recall(const Recalled& recalled, const SigningIdentity& signer,
                                      bool hold) {
  int64_t result = 0;
  bool erased = false;
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(auto item, FindItem(db, recalled.key));
    if (!item.has_value()) {
      item = InboxItem{.key = recalled.key,
                       .recipient = recalled.recipient,
                       .sender_unit = {},
                       .header_digest = recalled.header_digest,
                       .received = recalled.at,
                       .expires = recalled.at};
      AMANA_ASSIGN_OR_RETURN(item->id, InsertItem(db, *item, std::nullopt));
    }
    AMANA_ASSIGN_OR_RETURN(const auto standing,
                           StandingAnswer(db, item->id, EntryKind::kRecallAnswer));
    if (standing.has_value()) {
      result = *standing;
      return absl::OkStatus();
    }
    erased = item->keep_basis == v1::LEGAL_BASIS_UNSPECIFIED;
    AMANA_RETURN_IF_ERROR(
        db.Run("UPDATE inbox SET state = ?2, recall_reason = ?3, recall = ?4, "
               "delivery = CASE WHEN ?5 THEN NULL ELSE delivery END WHERE id = ?1",
               item->id, erased ? InboxState::kRecalled : InboxState::kRecallRefused,
               recalled.reason, Blob(recalled.recall), erased));
    if (erased) {
      AMANA_RETURN_IF_ERROR(EraseNotes(db, recalled.key.referral, recalled.key.task));
    }
    AMANA_ASSIGN_OR_RETURN(NewEntry answer, SignRecallAnswer(*item, signer, recalled.at));
    answer.held = hold && erased;
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, item->id, answer));
    return absl::OkStatus();
  }));
  if (erased) AMANA_RETURN_IF_ERROR(mailbox_.Scrub());
  return result;
}

}  // namespace amana::sdk
