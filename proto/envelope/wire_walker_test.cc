#include "proto/envelope/wire_walker.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "amana/v1/consent.pb.h"
#include "amana/v1/referral.pb.h"
#include "base/status.h"

namespace amana::envelope {
namespace {

std::string Varint(uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
  return out;
}
std::string Tag(uint32_t number, int wire_type) { return Varint(number << 3 | wire_type); }
std::string Number(uint32_t number, uint64_t value) { return Tag(number, 0) + Varint(value); }
std::string Bytes(uint32_t number, std::string_view value) {
  return Tag(number, 2) + Varint(value.size()) + std::string(value);
}

struct Refusal {
  std::string name;
  const google::protobuf::Descriptor* message;
  std::string bytes;
  std::string reason;
  std::string field;
};

std::vector<Refusal> Refusals() {
  const auto* header = v1::ReferralHeader::descriptor();
  const auto* consent = v1::ConsentRecord::descriptor();
  const std::string recipient = Bytes(2, Bytes(1, "a")), route = Bytes(3, Number(1, 1));
  return {
      {"unknown", header, Number(3, 1) + Number(99, 1), "UNKNOWN_FIELD", "99"},
      {"unknown below", header, Number(3, 1) + Bytes(1, Number(9, 1)), "FIELD_OUT_OF_ORDER",
       "meta"},
      {"unknown lower", consent, Number(3, 1) + Number(1 << 27, 1), "UNKNOWN_FIELD", "134217728"},
      {"zero", header, Number(0, 1), "UNKNOWN_FIELD", "0"},
      {"huge number", header, Varint(uint64_t{1} << 40), "UNKNOWN_FIELD", "137438953472"},
      {"unknown within", header, Bytes(5, "") + Bytes(5, Bytes(2, Number(7, 1))), "UNKNOWN_FIELD",
       "services[1].recipient.7"},
      {"unknown after", header, Number(3, 1) + Bytes(29, ""), "UNKNOWN_FIELD", "29"},
      {"twice", header, Number(3, 1) + Number(3, 1), "FIELD_REPEATED", "version"},
      {"message twice", header, Bytes(4, "") + Bytes(4, ""), "FIELD_REPEATED", "sender"},
      {"both of a oneof", header, Bytes(5, recipient + route), "FIELD_REPEATED",
       "services[0].route"},
      {"packed twice", consent, Bytes(12, "\1") + Bytes(12, "\2"), "FIELD_REPEATED", "purposes"},
      {"order", header, Number(6, 1) + Number(3, 1), "FIELD_OUT_OF_ORDER", "version"},
      {"repeated split", header, Bytes(5, "") + Number(6, 1) + Bytes(5, ""), "FIELD_OUT_OF_ORDER",
       "services"},
      {"long tag", header, std::string("\x98\x00\x01", 3), "NON_MINIMAL_VARINT", "payload"},
      {"long value", header, Tag(3, 0) + std::string("\x81\x00", 2), "NON_MINIMAL_VARINT",
       "version"},
      {"long length", header, Tag(2, 2) + std::string("\x81\x00x", 3), "NON_MINIMAL_VARINT",
       "referral_id"},
      {"eleven bytes", header, Tag(3, 0) + std::string(10, '\xff') + '\1', "NON_MINIMAL_VARINT",
       "version"},
      {"over 64 bits", header, Tag(15, 0) + std::string(9, '\xff') + '\2', "NON_MINIMAL_VARINT",
       "expires_unix_ms"},
      {"over 32 bits", header, Number(3, uint64_t{1} << 32), "NON_MINIMAL_VARINT", "version"},
      {"bool of two", header, Number(12, 2), "NON_MINIMAL_VARINT", "cross_border"},
      {"varint as bytes", header, Tag(2, 0) + Varint(1), "WIRE_TYPE_INVALID", "referral_id"},
      {"bytes as varint", header, Bytes(3, "\1"), "WIRE_TYPE_INVALID", "version"},
      {"group", header, Tag(4, 3) + Tag(4, 4), "WIRE_TYPE_INVALID", "sender"},
      {"end of group", header, Tag(4, 4), "WIRE_TYPE_INVALID", "sender"},
      {"wire type 7", header, Tag(3, 7), "WIRE_TYPE_INVALID", "version"},
      {"fixed", header, Tag(15, 1) + std::string(8, '\1'), "WIRE_TYPE_INVALID", "expires_unix_ms"},
      {"not packed", consent, Number(12, 1), "WIRE_TYPE_INVALID", "purposes"},
      {"zero given", header, Number(3, 0), "EXPLICIT_DEFAULT", "version"},
      {"false given", header, Number(12, 0), "EXPLICIT_DEFAULT", "cross_border"},
      {"empty bytes given", header, Bytes(2, ""), "EXPLICIT_DEFAULT", "referral_id"},
      {"empty string given", header, Bytes(4, Bytes(1, "")), "EXPLICIT_DEFAULT", "sender.agency"},
      {"unspecified given", header, Number(6, 0), "EXPLICIT_DEFAULT", "urgency"},
      {"nothing packed", consent, Bytes(12, ""), "EXPLICIT_DEFAULT", "purposes"},
      {"code", header, Number(6, 5), "UNKNOWN_CODE", "urgency"},
      {"code over 255", header, Number(6, 300), "UNKNOWN_CODE", "urgency"},
      {"negative code", header, Number(6, ~uint64_t{0}), "UNKNOWN_CODE", "urgency"},
      {"code over 32 bits", header, Number(6, (uint64_t{1} << 32) + 1), "UNKNOWN_CODE", "urgency"},
      {"packed code", consent, Bytes(12, "\1\x63"), "UNKNOWN_CODE", "purposes"},
      {"utf-8", header, Bytes(4, Bytes(1, "\xc3")), "UTF8_INVALID", "sender.agency"},
      {"no value", header, Tag(3, 0), "TRUNCATED", "version"},
      {"half a tag", header, Number(3, 1) + "\x80", "TRUNCATED", "payload"},
      {"half a tag within", header, Bytes(4, "\x80"), "TRUNCATED", "sender"},
      {"no length", header, Tag(2, 2), "TRUNCATED", "referral_id"},
      {"short", header, Tag(2, 2) + Varint(3) + "xx", "TRUNCATED", "referral_id"},
      {"short within", header, Bytes(4, Tag(1, 2) + Varint(9) + "x"), "TRUNCATED", "sender.agency"},
      {"length of 2^64-1", header, Tag(2, 2) + Varint(~uint64_t{0}), "TRUNCATED", "referral_id"},
  };
}

TEST(CheckCanonical, NamesReasonAndFieldOfEveryRefusal) {
  for (const Refusal& refusal : Refusals()) {
    const absl::Status status = CheckCanonical(*refusal.message, refusal.bytes);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << refusal.name;
    EXPECT_EQ(ErrorReason(status), refusal.reason) << refusal.name;
    EXPECT_EQ(ErrorField(status), refusal.field) << refusal.name;
  }
}

TEST(CheckCanonical, AcceptsWhatASerialiserWrites) {
  const auto* header = v1::ReferralHeader::descriptor();
  for (const std::string& good :
       {std::string(), Number(3, UINT32_MAX), Number(15, ~uint64_t{0}), Number(12, 1), Bytes(5, ""),
        Bytes(5, "") + Bytes(5, ""), Bytes(5, Bytes(3, "")), Bytes(17, "") + Bytes(17, ""),
        Bytes(4, Bytes(1, "Wanjik\xc5\xa9")) + Number(6, 4)}) {
    EXPECT_TRUE(CheckCanonical(*header, good).ok()) << CheckCanonical(*header, good);
  }
  EXPECT_TRUE(CheckCanonical(*v1::ConsentRecord::descriptor(), Bytes(12, "\1\2\1")).ok());
}

TEST(CheckCanonical, IsThreadSafeOnFirstUse) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      EXPECT_TRUE(CheckCanonical(*v1::Submission::descriptor(), "").ok());
      EXPECT_TRUE(CheckCanonical(*v1::Cancellation::descriptor(), "").ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace amana::envelope
