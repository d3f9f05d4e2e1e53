// The strict walker against protobuf itself: they agree on every payload of every statement.
#include <google/protobuf/message.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "amana/v1/answer.pb.h"
#include "amana/v1/case_opening.pb.h"
#include "amana/v1/consent.pb.h"
#include "amana/v1/directory.pb.h"
#include "amana/v1/erasure.pb.h"
#include "amana/v1/handover.pb.h"
#include "amana/v1/note.pb.h"
#include "amana/v1/offer.pb.h"
#include "amana/v1/override.pb.h"
#include "amana/v1/referral.pb.h"
#include "base/status.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "proto/envelope/wire_walker.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The first byte of an input says which of them it is read as.
const std::vector<const Message*>& Statements() {
  static const std::vector<const Message*> all = {&v1::ReferralHeader::default_instance(),
                                                  &v1::WrapGrant::default_instance(),
                                                  &v1::Cancellation::default_instance(),
                                                  &v1::ConsentRecord::default_instance(),
                                                  &v1::Exclusion::default_instance(),
                                                  &v1::Withdrawal::default_instance(),
                                                  &v1::Acknowledgement::default_instance(),
                                                  &v1::Seen::default_instance(),
                                                  &v1::Decision::default_instance(),
                                                  &v1::RecallAnswer::default_instance(),
                                                  &v1::ConsentAttachment::default_instance(),
                                                  &v1::OverrideApproval::default_instance(),
                                                  &v1::OverrideReview::default_instance(),
                                                  &v1::Mismatch::default_instance(),
                                                  &v1::LegalHold::default_instance(),
                                                  &v1::SealedNote::default_instance(),
                                                  &v1::CandidateOrder::default_instance(),
                                                  &v1::Question::default_instance(),
                                                  &v1::Start::default_instance(),
                                                  &v1::Outcome::default_instance(),
                                                  &v1::Update::default_instance(),
                                                  &v1::Reroute::default_instance(),
                                                  &v1::CallRecord::default_instance(),
                                                  &v1::CoordinatorAct::default_instance(),
                                                  &v1::DirectoryEntry::default_instance(),
                                                  &v1::DirectoryApproval::default_instance(),
                                                  &v1::CapacityReport::default_instance(),
                                                  &v1::DutyRoster::default_instance(),
                                                  &v1::HandoverStep::default_instance(),
                                                  &v1::HandoverNote::default_instance(),
                                                  &v1::CustodyReport::default_instance(),
                                                  &v1::CaseOpening::default_instance()};
  return all;
}

bool KnownCode(const Message& message, const FieldDescriptor& field, int index) {
  const auto* reflection = message.GetReflection();
  const int code = field.is_repeated() ? reflection->GetRepeatedEnumValue(message, &field, index)
                                       : reflection->GetEnumValue(message, &field);
  return field.enum_type()->FindValueByNumber(code) != nullptr;
}

bool OnlyKnown(const Message& message, int depth) {
  const auto* reflection = message.GetReflection();
  if (depth > envelope::kMaxDepth || envelope::HasUnknownFields(message)) return false;
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->type() == FieldDescriptor::TYPE_ENUM && !KnownCode(message, *field, i)) {
        return false;
      }
      if (field->type() != FieldDescriptor::TYPE_MESSAGE) continue;
      const Message& inner = field->is_repeated()
                                 ? reflection->GetRepeatedMessage(message, field, i)
                                 : reflection->GetMessage(message, field);
      if (!OnlyKnown(inner, depth + 1)) return false;
    }
  }
  return true;
}

bool ProtobufAgrees(const Message& prototype, const std::string& bytes) {
  const std::unique_ptr<Message> message(prototype.New());
  return message->ParseFromString(bytes) && OnlyKnown(*message, 1) &&
         envelope::Serialize(*message) == bytes;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  static const auto* const seeds = [] {
    const v1::Submission submission = envelope::SampleSubmission().submission;
    auto* all = new std::vector<std::string>;
    all->push_back('\0' + submission.header().payload());
    all->push_back('\1' + submission.grants(0).envelope().payload());
    v1::ConsentRecord consent;
    *consent.mutable_meta() = envelope::SampleHeader().meta();
    consent.add_purposes(v1::PURPOSE_PROTECTION);
    consent.add_purposes(v1::PURPOSE_JUSTICE);
    all->push_back('\3' + envelope::Serialize(consent));
    return all;
  }();
  return *seeds;
}

bool Check(std::string_view bytes) {
  static const std::set<std::string> kReasons = {
      "UNKNOWN_FIELD",     "FIELD_REPEATED",   "FIELD_OUT_OF_ORDER", "NON_MINIMAL_VARINT",
      "WIRE_TYPE_INVALID", "EXPLICIT_DEFAULT", "UNKNOWN_CODE",       "UTF8_INVALID",
      "TRUNCATED",         "NESTING_TOO_DEEP"};
  Input input(bytes);
  const Message& prototype = *Statements()[input.Choice(Statements().size())];
  const std::string payload(input.Rest());
  const absl::Status status = envelope::CheckCanonical(*prototype.GetDescriptor(), payload);
  Require(status.ok() == ProtobufAgrees(prototype, payload), "the walker and protobuf agree");
  if (status.ok()) return true;
  Require(kReasons.contains(ErrorReason(status)), "the reason is one of the walker's");
  return RequireRefusal(status, absl::StatusCode::kInvalidArgument);
}

}  // namespace amana::fuzz
