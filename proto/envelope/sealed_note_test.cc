#include "proto/envelope/sealed_note.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/hpke.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"

namespace amana::envelope {
namespace {

constexpr std::string_view kWords = "SYNTHETIC: behind the church, ask for the night nurse";
constexpr std::string_view kType = "application/vnd.amana.handover-step.v1+protobuf";

NoteContext Context() {
  NoteContext context;
  context.referral.sender = AgencyId::Create("police-a").value();
  context.referral.referral = ReferralId::FromBytes(std::string(16, 'r')).value();
  context.referral.version = 1;
  context.task = 2;
  context.payload_type = kType;
  context.signer = SampleSigner().certificate.id();
  return context;
}

const GrantRecipient& Shelter() {
  static const auto* const recipient = new GrantRecipient(SampleRecipient("shelter-a/intake"));
  return *recipient;
}
const GrantRecipient& Iom() {
  static const auto* const recipient = new GrantRecipient(SampleRecipient("iom-a/protection"));
  return *recipient;
}

v1::SealedNote Note(std::string_view content = kWords) {
  return SealNote(Context(), content, {Shelter(), Iom()}).value();
}

absl::StatusOr<std::string> OpenAs(std::string_view who, const v1::SealedNote& note,
                                   const NoteContext& context = Context()) {
  const std::vector<SealingIdentity> identities = {SampleSealer(who)};
  return OpenNote(context, note, NoteDigest(note).view(), identities);
}

TEST(SealedNote, BothRecipientsReadTheSame) {
  const v1::SealedNote note = Note();
  ASSERT_EQ(note.wraps_size(), 2);
  for (const std::string_view who : {"shelter-a/intake", "iom-a/protection"}) {
    const auto opened = OpenAs(who, note);
    ASSERT_TRUE(opened.ok()) << who << ": " << opened.status();
    EXPECT_EQ(*opened, kWords);
  }
  EXPECT_EQ(ErrorReason(OpenAs("shelter-b/intake", note).status()), "SEALING_KEY_MISSING");
  EXPECT_EQ(note.SerializeAsString().find("church"), std::string::npos);
}

// What the comments in note.proto say, done by hand.
TEST(SealedNote, FollowsTheWrittenFormat) {
  const v1::SealedNote note = SealNote(Context(), kWords, {Shelter()}).value();
  const v1::NoteWrap& wrap = note.wraps(0);
  const std::string info = "amana/note/v1" + std::string("\0\0\0\1", 4) + std::string(16, 'r') +
                           std::string("\0\0\0\1\0\0\0\2", 8) +
                           SampleSigner().certificate.id().bytes() + wrap.recipient_cert_id() +
                           std::string(kType);
  const auto key = crypto::HpkeOpen(SampleSealer("shelter-a/intake").key, wrap.enc(), info,
                                    note.plaintext_commitment(), wrap.sealed_key());
  ASSERT_TRUE(key.ok()) << key.status();
  const std::string aad = "amana/note/v1" + std::string(16, 'r') + std::string("\0\0\0\2", 4);
  const auto plain =
      crypto::AesGcmOpen(*key, std::string(crypto::kAesGcmNonceSize, '\0'), aad, note.ciphertext());
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->size(), 256u - 16u);
  EXPECT_EQ(plain->substr(32, 4), std::string("\0\0\0", 3) + static_cast<char>(kWords.size()));
  EXPECT_EQ(plain->substr(36, kWords.size()), kWords);
  EXPECT_EQ(note.plaintext_commitment(),
            crypto::Sha256({"amana/note/v1", plain->substr(0, 32), kWords}).bytes());
}

TEST(SealedNote, SizesAreBucketsAndBounded) {
  const struct {
    size_t content, ciphertext;
  } cases[] = {{0, 256},     {256 - 52, 256},   {256 - 51, 512}, {2000, 2048 + 2048},
               {1900, 2048}, {4096 - 51, 8192}, {8140, 8192}};
  for (const auto& each : cases) {
    const std::string content(each.content, 'x');
    const auto note = SealNote(Context(), content, {Shelter()});
    ASSERT_TRUE(note.ok()) << note.status();
    EXPECT_EQ(note->ciphertext().size(), each.ciphertext) << each.content;
    EXPECT_EQ(OpenAs("shelter-a/intake", *note).value_or("?"), content);
  }
  const std::string huge(kMaxNoteContent + 1, 'x');
  EXPECT_EQ(ErrorReason(SealNote(Context(), huge, {Shelter()}).status()), "CONTENT_TOO_LARGE");
}

TEST(SealedNote, IsForOneOrTwoWhoAreWhoTheirCertificatesSay) {
  EXPECT_EQ(ErrorReason(SealNote(Context(), kWords, {}).status()), "NOTE_FIELD_INVALID");
  EXPECT_EQ(ErrorReason(SealNote(Context(), kWords, {Shelter(), Shelter()}).status()),
            "NOTE_FIELD_INVALID");
  EXPECT_EQ(ErrorReason(
                SealNote(Context(), kWords, {Shelter(), Iom(), SampleRecipient("shelter-b/intake")})
                    .status()),
            "NOTE_FIELD_INVALID");
  const GrantRecipient other{SampleAddress("shelter-b/intake"), Shelter().sealing};
  EXPECT_EQ(ErrorReason(SealNote(Context(), kWords, {other}).status()), "CERTIFICATE_MISMATCH");
  const GrantRecipient signer{SampleAddress("police-a/desk"), SampleSigner().certificate};
  EXPECT_EQ(ErrorReason(SealNote(Context(), kWords, {signer}).status()), "CERTIFICATE_MISMATCH");
}

// Nobody passes a note off as another statement's: not of another referral, task, kind or signer.
TEST(SealedNote, OpensForItsOwnStatementOnly) {
  const v1::SealedNote note = Note();
  const std::function<void(NoteContext&)> changes[] = {
      [](NoteContext& c) { c.referral.referral = ReferralId(); },
      [](NoteContext& c) { c.referral.version = 2; },
      [](NoteContext& c) { c.task = 1; },
      [](NoteContext& c) { c.payload_type = "application/vnd.amana.decision.v1+protobuf"; },
      [](NoteContext& c) { c.signer = Shelter().sealing.id(); },
  };
  for (const auto& change : changes) {
    NoteContext context = Context();
    change(context);
    EXPECT_EQ(ErrorReason(OpenAs("shelter-a/intake", note, context).status()), "NOTE_OPEN_FAILED");
  }
}

struct Refusal {
  std::string_view name;
  std::function<void(v1::SealedNote&)> change;
  std::string_view reason, field;
};

// Each forged note comes with the digest of its own bytes, as a sender who lies would sign it.
TEST(SealedNote, RefusesWhatIsNotInItsOneForm) {
  const Refusal cases[] = {
      {"oversize", [](auto& n) { n.mutable_ciphertext()->resize(16 * 1024); }, "NOTE_FIELD_INVALID",
       "note.ciphertext"},
      {"empty", [](auto& n) { n.clear_ciphertext(); }, "NOTE_FIELD_INVALID", "note.ciphertext"},
      {"no bucket", [](auto& n) { n.mutable_ciphertext()->push_back('x'); }, "NOTE_FIELD_INVALID",
       "note.ciphertext"},
      {"small", [](auto& n) { n.mutable_ciphertext()->resize(128); }, "NOTE_FIELD_INVALID",
       "note.ciphertext"},
      {"commitment", [](auto& n) { n.set_plaintext_commitment("x"); }, "LENGTH_INVALID",
       "note.plaintext_commitment"},
      {"no wrap", [](auto& n) { n.clear_wraps(); }, "NOTE_FIELD_INVALID", "note.wraps"},
      {"three wraps", [](auto& n) { *n.add_wraps() = n.wraps(0); }, "NOTE_FIELD_INVALID",
       "note.wraps"},
      {"order", [](auto& n) { n.mutable_wraps()->SwapElements(0, 1); }, "NOTE_FIELD_INVALID",
       "note.wraps[1].recipient_cert_id"},
      {"same twice", [](auto& n) { *n.mutable_wraps(1) = n.wraps(0); }, "NOTE_FIELD_INVALID",
       "note.wraps[1].recipient_cert_id"},
      {"enc", [](auto& n) { n.mutable_wraps(1)->set_enc("x"); }, "NOTE_FIELD_INVALID",
       "note.wraps[1].enc"},
      {"key", [](auto& n) { n.mutable_wraps(0)->mutable_sealed_key()->push_back('x'); },
       "NOTE_FIELD_INVALID", "note.wraps[0].sealed_key"},
      {"cert", [](auto& n) { n.mutable_wraps(0)->set_recipient_cert_id("x"); }, "LENGTH_INVALID",
       "note.wraps[0].recipient_cert_id"},
      {"agency", [](auto& n) { n.mutable_wraps(0)->mutable_recipient()->set_agency("A B"); },
       "ID_INVALID", "note.wraps[0].recipient.agency"},
      {"unit", [](auto& n) { n.mutable_wraps(0)->mutable_recipient()->clear_unit(); }, "ID_INVALID",
       "note.wraps[0].recipient.unit"},
      {"field", [](auto& n) { n.MergeFromString("\x98\x06\x01"); }, "UNKNOWN_FIELD", "note"},
      {"wrap field", [](auto& n) { n.mutable_wraps(1)->MergeFromString("\x98\x06\x01"); },
       "UNKNOWN_FIELD", "note.wraps[1]"},
      {"recipient field",
       [](auto& n) { n.mutable_wraps(0)->mutable_recipient()->MergeFromString("\x98\x06\x01"); },
       "UNKNOWN_FIELD", "note.wraps[0]"},
  };
  const v1::SealedNote good = Note();
  ASSERT_TRUE(CheckNote(good, NoteDigest(good).view()).ok());
  for (const Refusal& each : cases) {
    v1::SealedNote note = good;
    each.change(note);
    const absl::Status status = CheckNote(note, NoteDigest(note).view());
    EXPECT_EQ(ErrorReason(status), each.reason) << each.name << ": " << status;
    EXPECT_EQ(ErrorField(status), each.field) << each.name;
    EXPECT_EQ(ErrorReason(OpenAs("shelter-a/intake", note).status()), each.reason) << each.name;
  }
}

TEST(SealedNote, RefusesAnotherNoteThanWasSigned) {
  const v1::SealedNote note = Note();
  const v1::SealedNote same_words = Note();
  const absl::Status status = CheckNote(same_words, NoteDigest(note).view());
  EXPECT_EQ(ErrorReason(status), "NOTE_MISMATCH");
  EXPECT_EQ(ErrorField(status), "note_sha256");
  EXPECT_EQ(ErrorReason(CheckNote(note, "")), "NOTE_MISMATCH");
}

// Altered bytes, under a digest that was signed for them: nothing comes out of them.
TEST(SealedNote, RefusesForgedBytes) {
  const std::pair<std::string_view, std::function<void(v1::SealedNote&)>> cases[] = {
      {"ciphertext", [](auto& n) { n.mutable_ciphertext()->back() ^= 1; }},
      {"commitment", [](auto& n) { n.mutable_plaintext_commitment()->front() ^= 1; }},
      {"enc", [](auto& n) { n.mutable_wraps(0)->mutable_enc()->back() ^= 1; }},
      {"key", [](auto& n) { n.mutable_wraps(0)->mutable_sealed_key()->front() ^= 1; }},
  };
  for (const auto& [name, change] : cases) {
    v1::SealedNote note = SealNote(Context(), kWords, {Shelter()}).value();
    change(note);
    EXPECT_EQ(ErrorReason(OpenAs("shelter-a/intake", note).status()), "NOTE_OPEN_FAILED") << name;
  }
}

}  // namespace
}  // namespace amana::envelope
