// Whole submissions, as bytes from the wire: what is accepted is bound to its header slot by slot,
// has no byte that the wire walker would refuse, and none that could be another.
#include <string>

#include "base/ids.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "proto/envelope/section.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/submission.h"
#include "proto/envelope/testing.h"
#include "proto/envelope/wire_walker.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

using envelope::ReferralStatement;

void SetSlot(google::protobuf::RepeatedPtrField<std::string>& slots, uint32_t slot,
             const Digest& digest) {
  if (slot < static_cast<uint32_t>(slots.size())) slots[static_cast<int>(slot)] = digest.bytes();
}

void RepairGrant(v1::Grant& grant, v1::ReferralHeader& header, int position) {
  v1::WrapGrant message;
  if (!message.ParseFromString(grant.envelope().payload())) return;
  message.set_slots_digest(envelope::SlotsDigest(header).bytes());
  for (const v1::Wrap& wrap : grant.wraps()) {
    SetSlot(*message.mutable_wrap_slots(), wrap.slot(), crypto::Sha256(envelope::Serialize(wrap)));
  }
  grant.mutable_envelope()->set_payload(envelope::Serialize(message));
  SetSlot(*header.mutable_companion_slots(), static_cast<uint32_t>(position),
          envelope::PayloadDigest(grant.envelope()));
}

// Makes every hash right, as a sender who lies would: or hardly an input got past the first one.
void Repair(v1::Submission& submission) {
  v1::ReferralHeader header;
  if (!header.ParseFromString(submission.header().payload())) return;
  for (int i = 0; i < submission.openings_size(); ++i) {
    v1::SlotOpening& opening = *submission.mutable_openings(i);
    if (i < submission.sections_size()) {
      opening.set_ciphertext_sha256(crypto::Sha256(submission.sections(i).ciphertext()).bytes());
    }
    SetSlot(*header.mutable_section_slots(), opening.slot(), envelope::SlotHash(opening));
  }
  for (int i = 0; i < submission.grants_size(); ++i) {
    RepairGrant(*submission.mutable_grants(i), header, i);
  }
  submission.mutable_header()->set_payload(envelope::Serialize(header));
}

absl::Status CheckWhole(const v1::Submission& submission) {
  const auto referral = ReferralStatement::Create(submission.header());
  if (!referral.ok()) return referral.status();
  return envelope::CheckSubmission(submission, *referral).status();
}

void RequirePromises(const v1::Submission& submission) {
  const std::string bytes = envelope::Serialize(submission);
  Require(bytes.size() <= envelope::SubmissionLimits().max_bytes, "at most 256 KiB");
  Require(envelope::CheckCanonical(*v1::Submission::descriptor(), bytes).ok(),
          "the walker takes every submission that is accepted");
  Require(submission.openings_size() == submission.sections_size(), "a section for each opening");
  Require(submission.grants_size() <= envelope::kCompanionSlots, "at most 8 grants");
  v1::ReferralHeader header;
  Require(header.ParseFromString(submission.header().payload()), "a header");
  for (int i = 0; i < submission.openings_size(); ++i) {
    const v1::SlotOpening& opening = submission.openings(i);
    Require(crypto::Sha256(envelope::Serialize(opening)).view() ==
                header.section_slots(static_cast<int>(opening.slot())),
            "an opening is the one in the header");
    Require(
        crypto::Sha256(submission.sections(i).ciphertext()).view() == opening.ciphertext_sha256(),
        "a ciphertext is the one of its opening");
  }
}

// One bit of anything that is not in the header's signed bytes.
void RequireNoOther(v1::Submission submission, uint8_t which) {
  if (submission.sections_size() > 0) {
    std::string& ciphertext = *submission.mutable_sections(0)->mutable_ciphertext();
    ciphertext[which % ciphertext.size()] ^= 1;
    Require(!CheckWhole(submission).ok(), "a ciphertext with another bit is refused");
    ciphertext[which % ciphertext.size()] ^= 1;
    submission.mutable_openings(0)->mutable_salt()->at(which % 16) ^= 1;
    Require(!CheckWhole(submission).ok(), "an opening with another bit is refused");
  }
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    const std::string whole = envelope::Serialize(envelope::SampleSubmission().submission);
    v1::Submission bare = envelope::SampleSubmission().submission;
    bare.clear_sections();
    bare.clear_openings();
    for (v1::Grant& grant : *bare.mutable_grants()) grant.clear_wraps();
    return new std::vector<std::string>{'\0' + whole, '\1' + whole,
                                        '\1' + envelope::Serialize(bare)};
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  const uint8_t first = input.Byte();
  v1::Submission submission;
  if (!submission.ParseFromString(std::string(input.Rest()))) return false;
  if (first % 2 == 1) Repair(submission);
  const absl::Status status = CheckWhole(submission);
  if (!status.ok()) return RequireRefusal(status, absl::StatusCode::kInvalidArgument);
  RequirePromises(submission);
  RequireNoOther(submission, first);
  return true;
}

}  // namespace amana::fuzz
