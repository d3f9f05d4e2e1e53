// The machine's own limits, measured in slices between the points of a bench, so that what is
// compared was measured under the same conditions.
#ifndef AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_MACHINE_H_
#define AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_MACHINE_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/crypto/ecdsa.h"

namespace amana::cli {

// ECDSA P-256 verifications of one signature with a parsed key, on all processors at once.
// Thread-compatible.
class VerifyMeter {
 public:
  static absl::StatusOr<VerifyMeter> Create();

  // Adds one slice. SIGNATURE_INVALID never.
  absl::Status Run(double seconds);

  double per_second() const;  // over all slices, all processors together
  double cpu_us() const;      // processor time of one verification
  int threads() const { return threads_; }

 private:
  VerifyMeter(crypto::EcdsaPublicKey key, std::string digest, std::string signature);

  crypto::EcdsaPublicKey key_;
  std::string digest_;
  std::string signature_;
  int threads_;
  uint64_t verified_ = 0;
  double seconds_ = 0;
  double cpu_seconds_ = 0;
};

// Appends of 4 KiB to one file, each followed by fdatasync, by one thread. Thread-compatible.
class FsyncMeter {
 public:
  // In `folder`, which must exist. BENCH_SYSTEM.
  static absl::StatusOr<FsyncMeter> Create(const std::string& folder);
  FsyncMeter(FsyncMeter&& other) noexcept;
  FsyncMeter& operator=(FsyncMeter&&) = delete;
  ~FsyncMeter();  // removes the file

  absl::Status Run(double seconds);  // BENCH_SYSTEM
  double per_second() const;

 private:
  FsyncMeter(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::string path_;
  int fd_;
  uint64_t synced_ = 0;
  double seconds_ = 0;
};

// "ext4", "tmpfs", "overlay", "xfs", "btrfs", or the number of another one. BENCH_SYSTEM.
absl::StatusOr<std::string> FileSystemName(const std::string& folder);
// Bytes of all regular files in `folder` and below. What vanishes meanwhile is not counted.
uint64_t BytesBelow(const std::string& folder);

}  // namespace amana::cli

#endif  // AMANA_AGENCY_ADAPTERS_CLI_BENCH_BENCH_MACHINE_H_
