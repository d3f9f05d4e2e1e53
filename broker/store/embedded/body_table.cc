#include "broker/store/embedded/body_table.h"

#include <utility>
#include <vector>

#include "broker/store/embedded/record_rows.h"
#include "broker/store/errors.h"
#include "proto/crypto/aead.h"

namespace amana::store::embedded {
namespace {

using sqlite::Blob;

constexpr std::string_view kBody = "referral.body";
constexpr std::string_view kGrant = "wrap_grant.bytes";
constexpr std::string_view kOrder = "candidate_order.bytes";
constexpr std::string_view kNote = "sealed_note.bytes";
constexpr std::string_view kEquivocation = "statement.envelope";

}  // namespace

absl::StatusOr<BodyTable::Sealed> BodyTable::Seal(int64_t row, std::string_view submission) {
  absl::StatusOr<BodyKey> fresh = session_.keys().Take();
  if (!fresh.ok()) return session_.Noticed(fresh.status());
  last_ = {row, fresh->slot, std::move(fresh->key), session_.lost()};
  AMANA_RETURN_IF_ERROR(sealer_.Seal(last_.key, {kBody, row}, submission, sealed_));
  session_.CountBytes(sealed_.size());
  const std::string_view sealed = sealed_;
  const size_t body = sealed.size() - crypto::kAesGcmTagSize;
  return Sealed{last_.slot, sealed.substr(0, body), sealed.substr(body)};
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

absl::StatusOr<std::string> BodyTable::OpenPart(const SealedPlace& place, std::string_view stored,
                                                std::string_view table) const {
  uint64_t slot = 0;
  {
    AMANA_ASSIGN_OR_RETURN(
        auto query, session_.Query("SELECT key_slot FROM referral WHERE row = ?1", place.referral));
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return session_.Corrupt("referral");
    slot = static_cast<uint64_t>(query.Int(0));
  }
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret key, FindKey(slot));
  return Open(key, place, stored, table);
}

absl::StatusOr<std::string> BodyTable::Read(int64_t row, const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(auto query, session_.Query("SELECT " AMANA_REFERRAL_COLUMNS
                                                    ", r.body FROM referral r WHERE r.row = ?1",
                                                    row));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  std::optional<ReferralRow> referral;
  if (found) referral = ReadReferral(query);
  if (!referral.has_value() || referral->record.key != key) return session_.Corrupt("referral");
  if (referral->tag.empty()) return ErasedError("referral");
  AMANA_ASSIGN_OR_RETURN(const crypto::Secret secret, FindKey(referral->key_slot));
  std::string stored(query.Bytes(kReferralColumns));
  stored += referral->tag;
  return Open(secret, {kBody, row}, stored, "referral");
}

absl::StatusOr<const BodyTable::RowKey*> BodyTable::KeyOf(int64_t row) {
  if (last_.row == row && last_.lost == session_.lost()) return &last_;
  AMANA_ASSIGN_OR_RETURN(
      auto query, session_.Query("SELECT key_slot, length(tag) FROM referral WHERE row = ?1", row));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return session_.Corrupt("referral");
  if (query.Int(1) == 0) return ErasedError("referral");
  const auto slot = static_cast<uint64_t>(query.Int(0));
  AMANA_ASSIGN_OR_RETURN(crypto::Secret key, FindKey(slot));
  last_ = {row, slot, std::move(key), session_.lost()};
  return &last_;
}

absl::Status BodyTable::AddGrant(int64_t row, const GrantRecord& grant) {
  AMANA_ASSIGN_OR_RETURN(const RowKey* key, KeyOf(row));
  AMANA_RETURN_IF_ERROR(
      sealer_.Seal(key->key, {kGrant, row, grant.recipient_cert.view()}, grant.grant, sealed_));
  session_.CountBytes(sealed_.size());
  const RowDigest digest = DigestOfGrant(grant, sealed_);
  return session_.Run(
      "INSERT INTO wrap_grant (referral, recipient_cert, agency, unit, signer_cert, bytes, digest) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (referral, recipient_cert) DO UPDATE SET "
      "agency = excluded.agency, unit = excluded.unit, signer_cert = excluded.signer_cert, "
      "bytes = excluded.bytes, digest = excluded.digest",
      row, Blob(grant.recipient_cert.view()), grant.recipient.agency.value(),
      grant.recipient.unit.value(), Blob(grant.signer_cert.view()), Blob(sealed_), digest.blob());
}

absl::StatusOr<std::optional<GrantRecord>> BodyTable::FindGrant(int64_t row,
                                                                const StatementKey& key,
                                                                const CertId& recipient) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT agency, unit, signer_cert, bytes, digest FROM wrap_grant WHERE "
                     "referral = ?1 AND recipient_cert = ?2",
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
  AMANA_ASSIGN_OR_RETURN(grant.grant,
                         OpenPart({kGrant, row, recipient.view()}, stored, "wrap_grant"));
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
  AMANA_RETURN_IF_ERROR(sealer_.Seal(secret->key, {kOrder, row}, order.envelope, sealed_));
  session_.CountBytes(sealed_.size());
  const RowDigest digest = DigestOfOrder(key, order.number, sealed_);
  return session_.Run(
      "INSERT INTO candidate_order (referral, number, bytes, digest) VALUES (?1, ?2, ?3, ?4) "
      "ON CONFLICT (referral) DO UPDATE SET number = excluded.number, bytes = excluded.bytes, "
      "digest = excluded.digest",
      row, order.number, Blob(sealed_), digest.blob());
}

absl::StatusOr<std::optional<CandidateOrderRecord>> BodyTable::FindOrder(
    int64_t row, const StatementKey& key) const {
  AMANA_ASSIGN_OR_RETURN(
      auto query,
      session_.Query("SELECT number, bytes, digest FROM candidate_order WHERE referral = ?1", row));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  CandidateOrderRecord order;
  order.number = static_cast<uint32_t>(query.Int(0));
  const std::string_view stored = query.Bytes(1);
  if (query.Bytes(2) != DigestOfOrder(key, order.number, stored).view()) {
    return session_.Corrupt("candidate_order");
  }
  if (stored.empty()) return std::nullopt;
  AMANA_ASSIGN_OR_RETURN(order.envelope, OpenPart({kOrder, row}, stored, "candidate_order"));
  return order;
}

absl::Status BodyTable::AddNote(int64_t row, const NoteRecord& note) {
  AMANA_ASSIGN_OR_RETURN(const RowKey* key, KeyOf(row));
  AMANA_RETURN_IF_ERROR(
      sealer_.Seal(key->key, {kNote, row, note.digest.view()}, note.note, sealed_));
  session_.CountBytes(sealed_.size());
  const RowDigest digest = DigestOfNote(note.referral, note.digest, sealed_);
  return session_.Run(
      "INSERT INTO sealed_note (referral, note, bytes, digest) VALUES (?1, ?2, ?3, ?4) "
      "ON CONFLICT (referral, note) DO NOTHING",
      row, Blob(note.digest.view()), Blob(sealed_), digest.blob());
}

absl::StatusOr<std::optional<NoteRecord>> BodyTable::FindNote(int64_t row, const StatementKey& key,
                                                              const Digest& note) const {
  AMANA_ASSIGN_OR_RETURN(auto query, session_.Query("SELECT bytes, digest FROM sealed_note WHERE "
                                                    "referral = ?1 AND note = ?2",
                                                    row, Blob(note.view())));
  AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
  if (!found) return std::nullopt;
  const std::string_view stored = query.Bytes(0);
  if (query.Bytes(1) != DigestOfNote(key, note, stored).view()) {
    return session_.Corrupt("sealed_note");
  }
  if (stored.empty()) return std::nullopt;
  NoteRecord record{key, note, {}};
  AMANA_ASSIGN_OR_RETURN(record.note, OpenPart({kNote, row, note.view()}, stored, "sealed_note"));
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
  } else {
    AMANA_RETURN_IF_ERROR(
        sealer_.Seal((*secret)->key, {kEquivocation, row, scope}, other.envelope, sealed_));
    other.envelope = sealed_;
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

bool BodyTable::Opens(uint64_t slot, const SealedPlace& place, std::string_view stored) const {
  const absl::StatusOr<crypto::Secret> key = session_.keys().Find(slot);
  return key.ok() && OpenSealed(*key, place, stored).ok();
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

// A row that does not match its digest is cleared and stays one that cannot be read. Its key goes
// only if it is this row's: the slot may be what has changed.
absl::StatusOr<bool> BodyTable::Erase(int64_t row, const StatementKey& key) {
  last_ = {};
  std::optional<ReferralRow> whole;
  std::string kept_digest;
  int64_t kept_slot = kNoSlot;
  {
    AMANA_ASSIGN_OR_RETURN(auto query, session_.Query("SELECT " AMANA_REFERRAL_COLUMNS
                                                      ", r.body FROM referral r WHERE r.row = ?1",
                                                      row));
    AMANA_ASSIGN_OR_RETURN(const bool found, session_.Next(query));
    if (!found) return session_.Corrupt("referral");
    whole = ReadReferral(query);
    if (whole.has_value() && whole->record.key != key) whole.reset();
    const auto slot = static_cast<uint64_t>(query.Int(kReferralSlotColumn));
    std::string stored(query.Bytes(kReferralColumns));
    stored += query.Bytes(kReferralTagColumn);
    if (stored.empty()) return false;
    if (whole.has_value() || Opens(slot, {kBody, row}, stored)) {
      session_.DestroyAtCommit(slot);
      kept_slot = query.Int(kReferralSlotColumn);
    }
    kept_digest = std::string(query.Bytes(kReferralColumns - 1));
  }
  if (whole.has_value()) {
    whole->tag.clear();
    kept_digest = DigestOf(*whole).view();
  }
  AMANA_RETURN_IF_ERROR(
      session_.Run("UPDATE referral SET tag = x'', body = x'', digest = ?2, key_slot = ?3 WHERE "
                   "row = ?1",
                   row, Blob(kept_digest), kept_slot));
  AMANA_RETURN_IF_ERROR(EraseGrants(row, key));
  AMANA_RETURN_IF_ERROR(EraseOrder(row, key));
  AMANA_RETURN_IF_ERROR(EraseNotes(row, key));
  AMANA_RETURN_IF_ERROR(EraseUpdates(row, key));
  AMANA_RETURN_IF_ERROR(statements_.ClearEnvelopes(EquivocationScope(key)));
  return true;
}

}  // namespace amana::store::embedded
