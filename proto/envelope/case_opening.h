// The statement by which two persons open a case for their agency's auditors. Pure.
#ifndef AMANA_PROTO_ENVELOPE_CASE_OPENING_H_
#define AMANA_PROTO_ENVELOPE_CASE_OPENING_H_

#include <string_view>

#include "absl/status/status.h"
#include "amana/v1/case_opening.pb.h"

namespace amana::envelope {

inline constexpr std::string_view kCaseOpeningType =
    "application/vnd.amana.case-opening.v1+protobuf";

// CASE_FIELD_INVALID, naming the field, for what is not as the message says.
absl::Status CheckCaseOpening(const v1::CaseOpening& opening);

// All but who signs, and when.
bool SameMatter(const v1::CaseOpening& a, const v1::CaseOpening& b);

}  // namespace amana::envelope

#endif  // AMANA_PROTO_ENVELOPE_CASE_OPENING_H_
