// DSSE envelopes: the encoding that is signed has one reading, and no envelope verifies but the one
// that was signed.
#include <string>

#include "amana/v1/envelope.pb.h"
#include "base/status.h"
#include "proto/envelope/dsse.h"
#include "proto/envelope/statement.h"
#include "proto/envelope/testing.h"
#include "tests/fuzz/target.h"

namespace amana::fuzz {
namespace {

// "<decimal> <that many bytes>" off the front.
std::string TakeCounted(std::string_view& rest) {
  const size_t space = rest.find(' ');
  const size_t size = std::stoul(std::string(rest.substr(0, space)));
  std::string taken(rest.substr(space + 1, size));
  rest.remove_prefix(space + 1 + size);
  return taken;
}

bool CheckEncoding(Input input) {
  const size_t split = input.Byte();
  const std::string_view type = input.Rest().substr(0, split);
  const std::string_view payload = input.Rest().substr(type.size());
  const std::string encoded = envelope::PreAuthEncoding(type, payload);
  std::string_view rest = encoded;
  Require(rest.starts_with("DSSEv1 "), "the encoding's start");
  rest.remove_prefix(7);
  Require(TakeCounted(rest) == type && rest.starts_with(' '), "the type reads back");
  rest.remove_prefix(1);
  Require(TakeCounted(rest) == payload && rest.empty(), "the payload reads back, and is all");
  return true;
}

bool CheckVerify(Input edits) {
  static const auto* const good =
      new v1::SignedEnvelope(envelope::SampleSubmission().submission.header());
  v1::SignedEnvelope envelope;
  if (!envelope.ParseFromString(Edited(envelope::Serialize(*good), edits))) return false;
  const absl::Status status =
      envelope::VerifyEnvelope(envelope, envelope::SampleSigner().certificate.public_key());
  if (!status.ok()) {
    Require(ErrorReason(status) == "SIGNATURE_INVALID", "one refusal for every bad signature");
    return false;
  }
  Require(envelope.payload_type() == good->payload_type() &&
              envelope.payload() == good->payload() && envelope.signature() == good->signature(),
          "nothing verifies but what was signed");
  return true;
}

}  // namespace

const std::vector<std::string>& Seeds() {
  // Of the edits: none, a bit of the payload, a byte of the signature's end.
  static const auto* const seeds =
      new std::vector<std::string>{std::string("\0\4typepayload", 13), std::string("\0\0", 2), "\1",
                                   std::string("\1\0\0\x80\1", 5), std::string("\1\1\5\x40\7", 5)};
  return *seeds;
}

bool Check(std::string_view bytes) {
  Input input(bytes);
  return input.Choice(2) == 0 ? CheckEncoding(input) : CheckVerify(input);
  return true;
}

}  // namespace amana::fuzz
