#include "broker/store/embedded/body_table.h"

#include <utility>
#include <vector>

#include "broker/store/embedded/record_rows.h"
#include "broker/store/errors.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

constexpr std::string_view kHeader = "referral_body.header";
constexpr std::string_view kSections = "referral_body.sections";
constexpr std::string_view kGrant = "wrap_grant.bytes";
constexpr std::string_view kOrder = "candidate_order.bytes";
constexpr std::string_view kNote = "sealed_note.bytes";
constexpr std::string_view kEquivocation = "statement.envelope";

std::optional<uint64_t> SlotIn(const sqlite::Statement& row, int column) {
  if (row.IsNull(column)) return std::nullopt;
  return static_cast<uint64_t>(row.Int(column));
}

}  // namespace

absl::Status BodyTable::Insert(int64_t row, const StatementKey& key, const ReferralBody& body) {
  absl::StatusOr<BodyKey> fresh = session_.keys().Take();
  if (!fresh.ok()) return session_.Noticed(fresh.status());
  last_ = {row, fresh->slot, std::move(fresh->key), session_.lost()};
  AMANA_RETURN_IF_ERROR(sealer_.Seal(last_.key, {kHeader, row}, body.header_envelope, header_));
  AMANA_RETURN_IF_ERROR(sealer_.Seal(last_.key, {kSections, row}, body.sections, sections_));
  session_.CountBytes(header_.size() + sections_.size());
  const RowDigest digest = DigestOfBody(key, header_, sections_);
  return session_.Run(
      "INSERT INTO referral_body (referral, header, sections, digest, key_slot) "
      "VALUES (?1, ?2, ?3, ?4, ?5)",
      row, Blob(header_), Blob(sections_), digest.blob(), last_.slot);
}

absl::StatusOr<crypto::Secret> BodyTable::FindKey(uint64_t slot) const {
  absl::StatusOr<crypto::Secret> key = session_.keys().Find(slot);
  // An erased key is no fault of the disk.
  if (key.ok() || ErrorReason(key.status()) == "KEY_GONE") return key;
  return session_.Noticed(key.status());
}

absl::StatusOr<std::string> BodyTable::Open(const crypto::Secret& key, const SealedPlace& place,
                                            std::string_view stored, std::string_view table) const {
  absl::StatusOr<std::string> plain = OpenSealed(key, place, stored);
  return plain.ok() ? std::move(plain) : session_.Corrupt(table);
}

absl::StatusOr<ReferralBody> BodyTable::Read(int64_t row, const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT header, sections, digest, key_slot FROM referral_body "
                                 "WHERE referral = ?1",
                                 row));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return session_.Corrupt("referral_body");
  const std::string_view header = query.Bytes(0);
  const std::string_view sections = query.Bytes(1);
  if (query.Bytes(2) != DigestOfBody(key, header, sections).view()) {
    return session_.Corrupt("referral_body");
  }
  if (header.empty()) return ErasedError("referral");
  const std::optional<uint64_t> slot = SlotIn(query, 3);
  if (!slot.has_value()) return ReferralBody{std::string(header), std::string(sections)};
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret secret, FindKey(*slot));
  ReferralBody body;
  AMANA_ASSIGN_OR_RETURN(body.header_envelope,
                         Open(secret, {kHeader, row}, header, "referral_body"));
  AMANA_ASSIGN_OR_RETURN(body.sections, Open(secret, {kSections, row}, sections, "referral_body"));
  return body;
}

absl::StatusOr<const BodyTable::RowKey*> BodyTable::KeyOf(int64_t row) {
  if (last_.row == row && last_.lost == session_.lost()) return &last_;
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT key_slot, length(header) FROM referral_body WHERE referral = ?1",
                     row));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return session_.Corrupt("referral_body");
  if (query.Int(1) == 0) return ErasedError("referral");
  RowKey key;
  key.row = row;
  key.slot = SlotIn(query, 0);
  key.lost = session_.lost();
  if (key.slot.has_value()) {
    AMANA_ASSIGN_OR_RETURN(key.key, FindKey(*key.slot));
  }
  last_ = std::move(key);
  return &last_;
}

absl::Status BodyTable::AddGrant(int64_t row, const GrantRecord& grant) {
  AMANA_ASSIGN_OR_RETURN(const RowKey* key, KeyOf(row));
  std::string_view stored = grant.grant;
  if (key->slot.has_value()) {
    AMANA_RETURN_IF_ERROR(
        sealer_.Seal(key->key, {kGrant, row, grant.recipient_cert.view()}, grant.grant, header_));
    stored = header_;
  }
  session_.CountBytes(stored.size());
  const RowDigest digest = DigestOfGrant(grant, stored);
  return session_.Run(
      "INSERT INTO wrap_grant (referral, recipient_cert, agency, unit, signer_cert, bytes, digest, "
      "key_slot) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (referral, recipient_cert) DO "
      "UPDATE SET agency = excluded.agency, unit = excluded.unit, "
      "signer_cert = excluded.signer_cert, bytes = excluded.bytes, digest = excluded.digest, "
      "key_slot = excluded.key_slot",
      row, Blob(grant.recipient_cert.view()), grant.recipient.agency.value(),
      grant.recipient.unit.value(), Blob(grant.signer_cert.view()), Blob(stored), digest.blob(),
      key->slot);
}

absl::StatusOr<std::optional<GrantRecord>> BodyTable::FindGrant(int64_t row,
                                                                const StatementKey& key,
                                                                const CertId& recipient) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT agency, unit, signer_cert, bytes, digest, key_slot FROM wrap_grant "
                     "WHERE referral = ?1 AND recipient_cert = ?2",
                     row, Blob(recipient.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  RowReader reader(query);
  GrantRecord grant;
  grant.referral = key;
  grant.recipient = reader.ReadAddress();
  grant.recipient_cert = recipient;
  grant.signer_cert = reader.Fixed<CertId>();
  const std::string_view stored = reader.Bytes();
  if (!reader.ok() || !reader.Matches(DigestOfGrant(grant, stored))) {
    return session_.Corrupt("wrap_grant");
  }
  if (stored.empty()) return std::nullopt;
  const std::optional<uint64_t> slot = SlotIn(query, 5);
  if (!slot.has_value()) {
    grant.grant = std::string(stored);
    return grant;
  }
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret secret, FindKey(*slot));
  AMANA_ASSIGN_OR_RETURN(grant.grant,
                         Open(secret, {kGrant, row, recipient.view()}, stored, "wrap_grant"));
  return grant;
}

absl::StatusOr<std::vector<Grantee>> BodyTable::Grantees(int64_t row) const {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT agency, unit, recipient_cert FROM wrap_grant WHERE "
                                        "referral = ?1 AND bytes <> x'' ORDER BY row",
                                        row));
  std::vector<Grantee> grantees;
  while (true) {
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return grantees;
    RowReader reader(query);
    Grantee grantee;
    grantee.recipient = reader.ReadAddress();
    grantee.recipient_cert = reader.Fixed<CertId>();
    // One that cannot be read is none; whoever asks for the grant itself is told.
    if (reader.ok()) grantees.push_back(std::move(grantee));
  }
}

absl::Status BodyTable::SetOrder(int64_t row, const StatementKey& key,
                                 const CandidateOrderRecord& order) {
  AMANA_ASSIGN_OR_RETURN(const RowKey* secret, KeyOf(row));
  std::string_view stored = order.envelope;
  if (secret->slot.has_value()) {
    AMANA_RETURN_IF_ERROR(sealer_.Seal(secret->key, {kOrder, row}, order.envelope, header_));
    stored = header_;
  }
  session_.CountBytes(stored.size());
  const RowDigest digest = DigestOfOrder(key, order.number, stored);
  return session_.Run(
      "INSERT INTO candidate_order (referral, number, bytes, key_slot, digest) VALUES (?1, ?2, ?3, "
      "?4, ?5) ON CONFLICT (referral) DO UPDATE SET number = excluded.number, "
      "bytes = excluded.bytes, key_slot = excluded.key_slot, digest = excluded.digest",
      row, order.number, Blob(stored), secret->slot, digest.blob());
}

absl::StatusOr<std::optional<CandidateOrderRecord>> BodyTable::FindOrder(
    int64_t row, const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT number, bytes, digest, key_slot FROM candidate_order WHERE "
                     "referral = ?1",
                     row));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  CandidateOrderRecord order;
  order.number = static_cast<uint32_t>(query.Int(0));
  const std::string_view stored = query.Bytes(1);
  if (query.Bytes(2) != DigestOfOrder(key, order.number, stored).view()) {
    return session_.Corrupt("candidate_order");
  }
  if (stored.empty()) return std::nullopt;
  const std::optional<uint64_t> slot = SlotIn(query, 3);
  if (!slot.has_value()) {
    order.envelope = std::string(stored);
    return order;
  }
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret secret, FindKey(*slot));
  AMANA_ASSIGN_OR_RETURN(order.envelope, Open(secret, {kOrder, row}, stored, "candidate_order"));
  return order;
}

absl::Status BodyTable::AddNote(int64_t row, const NoteRecord& note) {
  AMANA_ASSIGN_OR_RETURN(const RowKey* key, KeyOf(row));
  std::string_view stored = note.note;
  if (key->slot.has_value()) {
    AMANA_RETURN_IF_ERROR(
        sealer_.Seal(key->key, {kNote, row, note.digest.view()}, note.note, header_));
    stored = header_;
  }
  session_.CountBytes(stored.size());
  const RowDigest digest = DigestOfNote(note.referral, note.digest, stored);
  return session_.Run(
      "INSERT INTO sealed_note (referral, note, bytes, digest, key_slot) VALUES (?1, ?2, ?3, ?4, "
      "?5) ON CONFLICT (referral, note) DO NOTHING",
      row, Blob(note.digest.view()), Blob(stored), digest.blob(), key->slot);
}

absl::StatusOr<std::optional<NoteRecord>> BodyTable::FindNote(int64_t row, const StatementKey& key,
                                                              const Digest& note) const {
  AMANA_ASSIGN_OR_RETURN(auto query,
                         session_.Query("SELECT bytes, digest, key_slot FROM sealed_note WHERE "
                                        "referral = ?1 AND note = ?2",
                                        row, Blob(note.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  const std::string_view stored = query.Bytes(0);
  if (query.Bytes(1) != DigestOfNote(key, note, stored).view()) {
    return session_.Corrupt("sealed_note");
  }
  if (stored.empty()) return std::nullopt;
  NoteRecord record{key, note, std::string(stored)};
  const std::optional<uint64_t> slot = SlotIn(query, 2);
  if (!slot.has_value()) return record;
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret secret, FindKey(*slot));
  AMANA_ASSIGN_OR_RETURN(record.note,
                         Open(secret, {kNote, row, note.view()}, stored, "sealed_note"));
  return record;
}

absl::StatusOr<bool> BodyTable::KeepEquivocation(int64_t row, const StatementKey& key,
                                                 StatementRecord other) {
  const std::string scope = EquivocationScope(key, other.digest);
  const absl::StatusOr<const RowKey*> secret = KeyOf(row);
  if (IsErased(secret.status())) {
    other.envelope.clear();
  } else if (!secret.ok()) {
    return secret.status();
  } else if ((*secret)->slot.has_value()) {
    AMANA_RETURN_IF_ERROR(
        sealer_.Seal((*secret)->key, {kEquivocation, row, scope}, other.envelope, header_));
    other.envelope = header_;
  }
  AMANA_RETURN_IF_ERROR(statements_.KeepOnce(scope, other));
  return session_.db().Changes() == 1;
}

absl::Status BodyTable::EraseGrants(int64_t row, const StatementKey& key) {
  std::vector<GrantRecord> grants;
  {
    AMANA_ASSIGN_OR_RETURN(auto query,
                           session_.Query("SELECT recipient_cert, agency, unit, signer_cert FROM "
                                          "wrap_grant WHERE referral = ?1",
                                          row));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
      if (!found) break;
      RowReader reader(query);
      GrantRecord grant;
      grant.referral = key;
      grant.recipient_cert = reader.Fixed<CertId>();
      grant.recipient = reader.ReadAddress();
      grant.signer_cert = reader.Fixed<CertId>();
      grants.push_back(std::move(grant));
    }
  }
  for (const GrantRecord& grant : grants) {
    const RowDigest digest = DigestOfGrant(grant, "");
    AMANA_RETURN_IF_ERROR(session_.Run(
        "UPDATE wrap_grant SET bytes = x'', digest = ?3 WHERE referral = ?1 AND recipient_cert = "
        "?2",
        row, Blob(grant.recipient_cert.view()), digest.blob()));
  }
  return absl::OkStatus();
}

absl::Status BodyTable::EraseOrder(int64_t row, const StatementKey& key) {
  int64_t number = 0;
  {
    AMANA_ASSIGN_OR_RETURN(
        auto query, session_.Query("SELECT number FROM candidate_order WHERE referral = ?1", row));
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return absl::OkStatus();
    number = query.Int(0);
  }
  const RowDigest digest = DigestOfOrder(key, static_cast<uint32_t>(number), "");
  return session_.Run("UPDATE candidate_order SET bytes = x'', digest = ?2 WHERE referral = ?1",
                      row, digest.blob());
}

absl::Status BodyTable::EraseNotes(int64_t row, const StatementKey& key) {
  std::vector<Digest> notes;
  {
    AMANA_ASSIGN_OR_RETURN(auto query,
                           session_.Query("SELECT note FROM sealed_note WHERE referral = ?1", row));
    while (true) {
      AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
      if (!found) break;
      notes.push_back(RowReader(query).Fixed<Digest>());
    }
  }
  for (const Digest& note : notes) {
    const RowDigest digest = DigestOfNote(key, note, "");
    AMANA_RETURN_IF_ERROR(session_.Run(
        "UPDATE sealed_note SET bytes = x'', digest = ?3 WHERE referral = ?1 AND note = ?2", row,
        Blob(note.view()), digest.blob()));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> BodyTable::Erase(int64_t row, const StatementKey& key) {
  last_ = {};
  {
    AMANA_ASSIGN_OR_RETURN(
        auto query,
        session_.Query("SELECT key_slot FROM referral_body WHERE referral = ?1 AND erased = 0",
                       row));
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return false;
    const std::optional<uint64_t> slot = SlotIn(query, 0);
    if (slot.has_value()) session_.DestroyAtCommit(*slot);
  }
  const RowDigest digest = DigestOfBody(key, "", "");
  AMANA_RETURN_IF_ERROR(
      session_.Run("UPDATE referral_body SET header = x'', sections = x'', erased = 1, digest = ?2 "
                   "WHERE referral = ?1",
                   row, digest.blob()));
  AMANA_RETURN_IF_ERROR(EraseGrants(row, key));
  AMANA_RETURN_IF_ERROR(EraseOrder(row, key));
  AMANA_RETURN_IF_ERROR(EraseNotes(row, key));
  AMANA_RETURN_IF_ERROR(EraseUpdates(row, key));
  AMANA_RETURN_IF_ERROR(statements_.ClearEnvelopes(EquivocationScope(key)));
  return true;
}

}  // namespace amana::store::embedded
