#include "agency-adapters/sdk/inbox.h"

#include <utility>

#include "agency-adapters/sdk/errors.h"
#include "agency-adapters/sdk/note_memory.h"
#include "agency-adapters/sdk/sign_entry.h"
#include "base/status.h"
#include "proto/codes/codes.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"

namespace amana::sdk {
namespace {

using sqlite::Blob;
using sqlite::Database;
using sqlite::Statement;

constexpr std::string_view kColumns =
    "id, sender, referral, version, task, offer_epoch, stage, agency, unit, sender_unit, "
    "header_digest, service, urgency, test, state, received_ms, expires_ms, recall_reason, "
    "keep_basis";
constexpr int kNextColumn = 19;

absl::StatusOr<InboxItem> ReadItem(const Statement& row) {
  InboxItem item;
  item.id = row.Int(0);
  AMANA_ASSIGN_OR_RETURN(item.key.referral.sender, AgencyId::Create(row.Text(1)));
  AMANA_ASSIGN_OR_RETURN(item.key.referral.referral, ReferralId::FromBytes(row.Bytes(2)));
  item.key.referral.version = static_cast<uint32_t>(row.Int(3));
  item.key.task = static_cast<uint32_t>(row.Int(4));
  item.key.offer_epoch = static_cast<uint32_t>(row.Int(5));
  item.key.stage = static_cast<v1::DisclosureStage>(row.Int(6));
  AMANA_ASSIGN_OR_RETURN(item.recipient.agency, AgencyId::Create(row.Text(7)));
  AMANA_ASSIGN_OR_RETURN(item.recipient.unit, UnitId::Create(row.Text(8)));
  if (!row.Text(9).empty()) {
    AMANA_ASSIGN_OR_RETURN(item.sender_unit, UnitId::Create(row.Text(9)));
  }
  AMANA_ASSIGN_OR_RETURN(item.header_digest, Digest::FromBytes(row.Bytes(10)));
  item.service = static_cast<v1::ServiceType>(row.Int(11));
  item.urgency = static_cast<v1::Urgency>(row.Int(12));
  item.test = row.Bool(13);
  item.state = static_cast<InboxState>(row.Int(14));
  item.received = FromUnixMillis(row.Int(15));
  item.expires = FromUnixMillis(row.Int(16));
  item.recall_reason = static_cast<v1::Reason>(row.Int(17));
  item.keep_basis = static_cast<v1::LegalBasis>(row.Int(18));
  return item;
}

std::string Select(std::string_view more, std::string_view where) {
  return "SELECT " + std::string(kColumns) + std::string(more) + " FROM inbox WHERE " +
         std::string(where);
}

absl::StatusOr<std::optional<InboxItem>> FindIn(Database& db, const DeliveryKey& key) {
  static const std::string sql =
      Select("",
             "sender = ?1 AND referral = ?2 AND version = ?3 AND task = ?4 AND "
             "offer_epoch = ?5 AND stage = ?6");
  AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
  row.Bind(key.referral.sender.value(), Blob(key.referral.referral.view()), key.referral.version,
           key.task, key.offer_epoch, key.stage);
  AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return std::optional<InboxItem>();
  AMANA_ASSIGN_OR_RETURN(InboxItem item, ReadItem(row));
  return std::optional<InboxItem>(std::move(item));
}

absl::StatusOr<InboxItem> GetIn(Database& db, int64_t id) {
  static const std::string sql = Select("", "id = ?1");
  AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
  row.Bind(id);
  AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return EntryUnknown("item");
  return ReadItem(row);
}

absl::StatusOr<int64_t> Insert(Database& db, const InboxItem& item, std::optional<Blob> delivery) {
  const StatementKey& referral = item.key.referral;
  AMANA_RETURN_IF_ERROR(db.Run(
      "INSERT INTO inbox(sender, referral, version, task, offer_epoch, stage, agency, unit, "
      "sender_unit, header_digest, service, urgency, test, state, received_ms, expires_ms, "
      "delivery) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, "
      "?17)",
      referral.sender.value(), Blob(referral.referral.view()), referral.version, item.key.task,
      item.key.offer_epoch, item.key.stage, item.recipient.agency.value(),
      item.recipient.unit.value(), item.sender_unit.value(), Blob(item.header_digest.view()),
      item.service, item.urgency, item.test, item.state, ToUnixMillis(item.received),
      ToUnixMillis(item.expires), delivery));
  return db.LastInsertRowId();
}

// The entry that answers `item`; none when there is none, or the broker refused it: then it may be
// signed anew.
absl::StatusOr<std::optional<int64_t>> StandingAnswer(Database& db, int64_t item, EntryKind kind) {
  AMANA_ASSIGN_OR_RETURN(
      Statement row, db.Prepare("SELECT o.id FROM inbox_answers a JOIN outbox o ON o.id = a.entry "
                                "WHERE a.item = ?1 AND a.kind = ?2 AND o.state <> 2"));
  row.Bind(item, kind);
  AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
  if (!found) return std::optional<int64_t>();
  return std::optional<int64_t>(row.Int(0));
}

absl::StatusOr<int64_t> AddAnswer(Database& db, int64_t item, const NewEntry& entry) {
  AMANA_ASSIGN_OR_RETURN(const int64_t id, Outbox::AddIn(db, entry));
  AMANA_RETURN_IF_ERROR(
      db.Run("INSERT OR REPLACE INTO inbox_answers(item, kind, entry) VALUES(?1, ?2, ?3)", item,
             entry.kind, id));
  return id;
}

absl::Status SetState(Database& db, int64_t item, InboxState state) {
  return db.Run("UPDATE inbox SET state = ?2 WHERE id = ?1", item, state);
}

// What every answer names.
template <class Message>
void Name(const InboxItem& item, Message& message) {
  *message.mutable_delivery() = ToWire(item.key);
  *message.mutable_recipient() = ToWire(item.recipient);
  message.set_header_digest(item.header_digest.bytes());
}

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
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetIn(db, id));
    if (item.state == InboxState::kRecalled) return ContentErased();
    if (item.key.stage != v1::DISCLOSURE_STAGE_AT_OFFER) {
      return StatementInvalid("stage", "the offer was decided before this came");
    }
    AMANA_ASSIGN_OR_RETURN(const auto standing, StandingDecision(db, item, accept));
    if (standing.has_value()) {
      result = *standing;
      return absl::OkStatus();
    }
    AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity.PersonSigner());
    v1::Decision decision;
    Name(item, decision);
    decision.set_accepted(accept);
    decision.set_reason(reason);
    AMANA_ASSIGN_OR_RETURN(
        const NewEntry entry,
        SignEntry(*signer, clock.Now(),
                  {EntryKind::kDecision, envelope::kDecisionType, item.key.referral}, decision,
                  &v1::DecideRequest::mutable_decision));
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, id, entry));
    return SetState(db, id, accept ? InboxState::kAccepted : InboxState::kRejected);
  }));
  return result;
}

absl::StatusOr<NewEntry> SignRecallAnswer(const InboxItem& item, const SigningIdentity& signer,
                                          absl::Time now) {
  v1::RecallAnswer answer;
  Name(item, answer);
  answer.set_confirmed(item.keep_basis == v1::LEGAL_BASIS_UNSPECIFIED);
  answer.set_legal_basis(item.keep_basis);
  return SignEntry(signer, now,
                   {EntryKind::kRecallAnswer, envelope::kRecallAnswerType, item.key.referral},
                   std::move(answer), &v1::AnswerRecallRequest::mutable_answer);
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
  }
  return "UNKNOWN";
}

absl::StatusOr<std::vector<InboxItem>> Inbox::List(std::optional<InboxState> state, size_t limit) {
  std::vector<InboxItem> items;
  const std::string sql = Select("", "?1 IS NULL OR state = ?1 ORDER BY urgency, id LIMIT ?2");
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

absl::StatusOr<InboxItem> Inbox::Get(int64_t id) {
  absl::StatusOr<InboxItem> item = EntryUnknown("item");
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) {
    item = GetIn(db, id);
    return absl::OkStatus();
  }));
  return item;
}

absl::StatusOr<std::optional<InboxItem>> Inbox::Find(const DeliveryKey& key) {
  std::optional<InboxItem> item;
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(item, FindIn(db, key));
    return absl::OkStatus();
  }));
  return item;
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
  static const std::string sql = Select(", delivery", "id = ?1");
  AMANA_RETURN_IF_ERROR(mailbox_.Read([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(Statement row, db.Prepare(sql));
    row.Bind(id);
    AMANA_ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return EntryUnknown("item");
    if (row.IsNull(kNextColumn)) return ContentErased();
    const std::string_view bytes = row.Bytes(kNextColumn);
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
  return envelope::OpenDelivery({delivery.header(), delivery.grant(), delivery.openings(),
                                 delivery.sections(), delivery.withheld_slots()},
                                certificates, identity.sealing());
}

absl::StatusOr<int64_t> Inbox::MarkSeen(int64_t id, const Identity& identity, const Clock& clock) {
  int64_t result = 0;
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetIn(db, id));
    AMANA_ASSIGN_OR_RETURN(const auto standing, StandingAnswer(db, id, EntryKind::kSeen));
    if (standing.has_value()) {
      result = *standing;
      return absl::OkStatus();
    }
    if (item.state == InboxState::kRecalled) return ContentErased();
    AMANA_ASSIGN_OR_RETURN(const SigningIdentity* signer, identity.PersonSigner());
    v1::Seen seen;
    Name(item, seen);
    AMANA_ASSIGN_OR_RETURN(
        const NewEntry entry,
        SignEntry(*signer, clock.Now(), {EntryKind::kSeen, envelope::kSeenType, item.key.referral},
                  seen, &v1::MarkSeenRequest::mutable_seen));
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, id, entry));
    return item.state == InboxState::kReceived ? SetState(db, id, InboxState::kSeen)
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
  return Decide(mailbox_, id, false, reason, identity, clock);
}

absl::StatusOr<Inbox::Kept> Inbox::Keep(const Received& received) {
  Kept kept;
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(const auto item, FindIn(db, received.item.key));
    kept.duplicate = item.has_value();
    if (!item.has_value()) {
      AMANA_ASSIGN_OR_RETURN(kept.id, Insert(db, received.item, Blob(received.delivery)));
      AMANA_ASSIGN_OR_RETURN(kept.acknowledgement,
                             AddAnswer(db, kept.id, received.acknowledgement));
      return absl::OkStatus();
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
    AMANA_ASSIGN_OR_RETURN(const InboxItem item, GetIn(db, id));
    AMANA_ASSIGN_OR_RETURN(const auto answered, StandingAnswer(db, id, EntryKind::kRecallAnswer));
    if (answered.has_value()) return StatementInvalid("item", "its recall was answered");
    return db.Run("UPDATE inbox SET keep_basis = ?2 WHERE id = ?1", item.id, basis);
  });
}

absl::StatusOr<int64_t> Inbox::Recall(const Recalled& recalled, const SigningIdentity& signer) {
  int64_t result = 0;
  bool erased = false;
  AMANA_RETURN_IF_ERROR(mailbox_.Write([&](Database& db) -> absl::Status {
    AMANA_ASSIGN_OR_RETURN(auto item, FindIn(db, recalled.key));
    if (!item.has_value()) {
      item = InboxItem{.key = recalled.key,
                       .recipient = recalled.recipient,
                       .sender_unit = {},
                       .header_digest = recalled.header_digest,
                       .received = recalled.at,
                       .expires = recalled.at};
      AMANA_ASSIGN_OR_RETURN(item->id, Insert(db, *item, std::nullopt));
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
    AMANA_ASSIGN_OR_RETURN(const NewEntry answer, SignRecallAnswer(*item, signer, recalled.at));
    AMANA_ASSIGN_OR_RETURN(result, AddAnswer(db, item->id, answer));
    return absl::OkStatus();
  }));
  if (erased) AMANA_RETURN_IF_ERROR(mailbox_.Scrub());
  return result;
}

}  // namespace amana::sdk
