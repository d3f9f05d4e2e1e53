#include "proto/transparency/cosigned_message.h"

namespace amana::transparency {
namespace {

constexpr size_t kTimeBytes = 8;
constexpr size_t kSignatureBytes = 64;  // Ed25519

}  // namespace

std::string CosignedMessage(std::string_view checkpoint_text, uint64_t unix_seconds) {
  std::string message = "cosignature/v1\ntime " + std::to_string(unix_seconds) + "\n";
  message += checkpoint_text;
  return message;
}

std::string JoinCosignature(uint64_t unix_seconds, std::string_view signature) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(unix_seconds >> shift));
  }
  bytes += signature;
  return bytes;
}

std::optional<TimestampedSignature> SplitCosignature(std::string_view bytes) {
  if (bytes.size() != kTimeBytes + kSignatureBytes) return std::nullopt;
  TimestampedSignature parts;
  for (size_t i = 0; i < kTimeBytes; ++i) {
    parts.unix_seconds = parts.unix_seconds << 8 | static_cast<uint8_t>(bytes[i]);
  }
  if (parts.unix_seconds > kMaxCosignatureTime) return std::nullopt;
  parts.signature = bytes.substr(kTimeBytes);
  return parts;
}

}  // namespace amana::transparency
