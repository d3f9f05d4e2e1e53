// What takes two persons of one agency, each with a key of their own: both sign the same matter.
#ifndef AMANA_BROKER_OPERATIONS_TWO_PERSONS_H_
#define AMANA_BROKER_OPERATIONS_TWO_PERSONS_H_

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/operations/errors.h"
#include "broker/operations/statement.h"

namespace amana::operations {

template <class Message>
struct TwoStatements {
  Verified<Message> first;
  Verified<Message> second;

  absl::Status Freshness() const {
    return first.freshness.ok() ? second.freshness : first.freshness;
  }
  // As they are kept with the event that they caused.
  std::vector<store::StatementRecord> Records(uint64_t log_index) const {
    std::vector<store::StatementRecord> records = {first.record, second.record};
    for (store::StatementRecord& each : records) each.log_index = log_index;
    return records;
  }
};

// `check(message)` and `same(first, second)`: of their content. Errors: those of VerifyStatement
// and `check`; SIGNER_NOT_PERSON, SIGNERS_NOT_TWO (one person, or one key, twice), FIELD_INVALID
// (not two statements, or not of the same matter).
template <class Message, class Check, class Same>
absl::StatusOr<TwoStatements<Message>> VerifyTwo(
    const delivery::Moment& moment, const identity::Caller& caller,
    const google::protobuf::RepeatedPtrField<v1::SignedEnvelope>& statements,
    std::string_view payload_type, Check check, Same same) {
  if (statements.size() != 2) return FieldInvalid("statements", "exactly two");
  const auto verify = [&](const v1::SignedEnvelope& envelope) -> absl::StatusOr<Verified<Message>> {
    AMANA_ASSIGN_OR_RETURN(Verified<Message> statement,
                           VerifyStatement<Message>(moment, caller, envelope, payload_type));
    AMANA_RETURN_IF_ERROR(identity::CheckIsPerson(statement.signer));
    AMANA_RETURN_IF_ERROR(check(statement.message));
    return statement;
  };
  AMANA_ASSIGN_OR_RETURN(Verified<Message> first, verify(statements[0]));
  AMANA_ASSIGN_OR_RETURN(Verified<Message> second, verify(statements[1]));
  if (!same(first.message, second.message)) {
    return FieldInvalid("statements", "two of the same matter");
  }
  if (first.signer.person == second.signer.person ||
      first.signer.public_key == second.signer.public_key) {
    return SignersNotTwo();
  }
  return TwoStatements<Message>{std::move(first), std::move(second)};
}

// The event of these very statements, which `find(digest)` finds; none when neither was used. One
// that was used with another is refused: what a person signed once must not count again later.
template <class Message, class Find>
absl::StatusOr<std::optional<uint64_t>> EventOfBoth(const TwoStatements<Message>& two, Find find) {
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> first,
                         find(two.first.record.digest));
  AMANA_ASSIGN_OR_RETURN(const std::optional<store::StatementRecord> second,
                         find(two.second.record.digest));
  if (!first.has_value() && !second.has_value()) return std::nullopt;
  if (first.has_value() && second.has_value() && first->log_index == second->log_index) {
    return first->log_index;
  }
  return FieldInvalid("statements", "statements that were not used before");
}

}  // namespace amana::operations

#endif  // AMANA_BROKER_OPERATIONS_TWO_PERSONS_H_
