#include "agency-adapters/auditor/held.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "agency-adapters/sdk/entry_calls.h"
#include "agency-adapters/sdk/inbox.h"
#include "agency-adapters/sdk/keys.h"
#include "agency-adapters/sdk/outbox.h"
#include "amana/v1/referral.pb.h"
#include "base/status.h"
#include "proto/envelope/header.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/submission.h"

namespace amana::auditor {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

constexpr size_t kAll = 10'000'000;

absl::Status EntryMalformed() {
  return MakeError(absl::StatusCode::kDataLoss, "ENTRY_MALFORMED", "mailbox",
                   "an entry of the outbox is no request of its call");
}

// The request of an entry, as the message that its call takes; null for a call of a newer program.
absl::StatusOr<std::unique_ptr<Message>> Request(const sdk::OutboxEntry& entry) {
  const sdk::EntryCall* call = sdk::CallOf(entry.kind);
  if (call == nullptr) return std::unique_ptr<Message>();
  std::string method(call->method.substr(1));  // "/amana.v1.ReferralService/Submit"
  method.replace(method.find('/'), 1, ".");
  const auto* descriptor = DescriptorPool::generated_pool()->FindMethodByName(method);
  if (descriptor == nullptr) return std::unique_ptr<Message>();
  std::unique_ptr<Message> request(
      MessageFactory::generated_factory()->GetPrototype(descriptor->input_type())->New());
  if (!request->ParseFromString(entry.request)) return EntryMalformed();
  return request;
}

// The first message of this type in `message`, itself or below it, that `is_it` takes.
template <class Wanted, class Predicate>
const Wanted* FindWithin(const Message& message, const Predicate& is_it) {
  if (message.GetDescriptor() == Wanted::descriptor()) {
    const auto& found = static_cast<const Wanted&>(message);
    if (is_it(found)) return &found;
  }
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const auto& reflection = *message.GetReflection();
    const int count = field->is_repeated() ? reflection.FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const Message& below = field->is_repeated() ? reflection.GetRepeatedMessage(message, field, i)
                                                  : reflection.GetMessage(message, field);
      if (const Wanted* found = FindWithin<Wanted>(below, is_it)) return found;
    }
  }
  return nullptr;
}

// Sections, grants and companions against the signed header.
absl::Status CheckOwn(sdk::Mailbox& mailbox, int64_t id) {
  AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, sdk::Outbox(mailbox).Get(id));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Message> request, Request(entry));
  if (request == nullptr) return absl::OkStatus();
  const auto* submission =
      FindWithin<v1::Submission>(*request, [](const v1::Submission&) { return true; });
  if (submission == nullptr) return EntryMalformed();
  AMANA_ASSIGN_OR_RETURN(const envelope::ReferralStatement referral,
                         envelope::ReferralStatement::Create(submission->header()));
  return envelope::CheckSubmission(*submission, referral).status();
}

absl::Status CheckReceived(sdk::Mailbox& mailbox, int64_t id, const sdk::Identity& identity) {
  const absl::Status opened = sdk::Inbox(mailbox).Open(id, identity).status();
  return ErrorReason(opened) == "CONTENT_ERASED" ? absl::OkStatus() : opened;
}

}  // namespace

absl::StatusOr<Held> ReadHeld(sdk::Mailbox& mailbox, const sdk::Identity& identity) {
  Held held;
  sdk::Outbox outbox(mailbox);
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::OutboxEntry> accepted,
                         outbox.List(sdk::EntryState::kAccepted, kAll));
  for (const sdk::OutboxEntry& listed : accepted) {
    AMANA_ASSIGN_OR_RETURN(const sdk::OutboxEntry entry, outbox.Get(listed.id));
    if (entry.receipt.has_value()) held.receipts.push_back(*entry.receipt);
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Message> request, Request(entry));
    if (request == nullptr) continue;
    const auto* signed_one =
        FindWithin<v1::SignedEnvelope>(*request, [&](const v1::SignedEnvelope& envelope) {
          return envelope::PayloadDigest(envelope) == entry.digest;
        });
    if (signed_one != nullptr) held.statements.push_back({*signed_one, entry.digest});
    if (entry.kind != sdk::EntryKind::kSubmission) continue;
    held.contents.push_back(
        {entry.referral.has_value() ? sdk::ToString(*entry.referral) : "submission",
         [&mailbox, id = entry.id] { return CheckOwn(mailbox, id); }});
  }
  AMANA_ASSIGN_OR_RETURN(const std::vector<sdk::InboxItem> received,
                         sdk::Inbox(mailbox).List(std::nullopt, kAll));
  for (const sdk::InboxItem& item : received) {
    if (item.state == sdk::InboxState::kRecalled) continue;
    held.contents.push_back(
        {"inbox item " + std::to_string(item.id),
         [&mailbox, &identity, id = item.id] { return CheckReceived(mailbox, id, identity); }});
  }
  return held;
}

}  // namespace amana::auditor
