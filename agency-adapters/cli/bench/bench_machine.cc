#include "agency-adapters/cli/bench/bench_machine.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "agency-adapters/cli/bench/bench_errors.h"
#include "agency-adapters/cli/bench/bench_stopwatch.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::cli {
namespace {

constexpr size_t kBlock = 4096;
constexpr int kBetweenLooks = 16;  // verifications between two looks at the clock
constexpr unsigned long kXfs = 0x58465342;

double ThreadCpuSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Slice {
  uint64_t verified = 0;
  double cpu_seconds = 0;
  absl::Status status;
};

}  // namespace

VerifyMeter::VerifyMeter(crypto::EcdsaPublicKey key, std::string digest, std::string signature)
    : key_(std::move(key)),
      digest_(std::move(digest)),
      signature_(std::move(signature)),
      threads_(static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))) {}

absl::StatusOr<VerifyMeter> VerifyMeter::Create() {
  const std::string message(2048, 'm');
  AMANA_ASSIGN_OR_RETURN(const crypto::EcdsaPrivateKey key, crypto::EcdsaPrivateKey::Generate());
  AMANA_ASSIGN_OR_RETURN(std::string signature, key.Sign(message));
  return VerifyMeter(key.PublicKey(), crypto::Sha256(message).bytes(), std::move(signature));
}

absl::Status VerifyMeter::Run(double seconds) {
  const SteadyTime begin = SteadyNow();
  const SteadyTime end = After(begin, seconds);
  std::vector<Slice> slices(static_cast<size_t>(threads_));
  std::vector<std::thread> threads;
  threads.reserve(slices.size());
  for (Slice& slice : slices) {
    threads.emplace_back([this, &slice, end] {
      const double cpu = ThreadCpuSeconds();
      while (SteadyNow() < end && slice.status.ok()) {
        for (int i = 0; i < kBetweenLooks; ++i) {
          slice.status.Update(key_.VerifyDigest(digest_, signature_));
        }
        slice.verified += kBetweenLooks;
      }
      slice.cpu_seconds = ThreadCpuSeconds() - cpu;
    });
  }
  for (std::thread& thread : threads) thread.join();
  seconds_ += SecondsBetween(begin, SteadyNow());
  for (const Slice& slice : slices) {
    AMANA_RETURN_IF_ERROR(slice.status);
    verified_ += slice.verified;
    cpu_seconds_ += slice.cpu_seconds;
  }
  return absl::OkStatus();
}

double VerifyMeter::per_second() const {
  return seconds_ > 0 ? static_cast<double>(verified_) / seconds_ : 0;
}

double VerifyMeter::cpu_us() const {
  return verified_ > 0 ? cpu_seconds_ * 1e6 / static_cast<double>(verified_) : 0;
}

absl::StatusOr<FsyncMeter> FsyncMeter::Create(const std::string& folder) {
  std::string path = folder + "/fsync-probe";
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return BenchSystem("open", errno);
  return FsyncMeter(std::move(path), fd);
}

FsyncMeter::FsyncMeter(FsyncMeter&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      synced_(other.synced_),
      seconds_(other.seconds_) {}

FsyncMeter::~FsyncMeter() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(path_.c_str());
}

absl::Status FsyncMeter::Run(double seconds) {
  const std::string block(kBlock, 'b');
  const SteadyTime begin = SteadyNow();
  const SteadyTime end = After(begin, seconds);
  SteadyTime now = begin;
  while (now < end) {
    if (::write(fd_, block.data(), block.size()) != static_cast<ssize_t>(block.size())) {
      return BenchSystem("write", errno);
    }
    if (::fdatasync(fd_) != 0) return BenchSystem("fdatasync", errno);
    ++synced_;
    now = SteadyNow();
  }
  seconds_ += SecondsBetween(begin, now);
  return absl::OkStatus();
}

double FsyncMeter::per_second() const {
  return seconds_ > 0 ? static_cast<double>(synced_) / seconds_ : 0;
}

absl::StatusOr<std::string> FileSystemName(const std::string& folder) {
  struct statfs info {};
  if (::statfs(folder.c_str(), &info) != 0) return BenchSystem("statfs", errno);
  switch (static_cast<unsigned long>(info.f_type)) {
    case EXT4_SUPER_MAGIC:
      return "ext4";
    case TMPFS_MAGIC:
      return "tmpfs";
    case OVERLAYFS_SUPER_MAGIC:
      return "overlay";
    case BTRFS_SUPER_MAGIC:
      return "btrfs";
    case kXfs:
      return "xfs";
    default:
      return std::to_string(info.f_type);
  }
}

uint64_t BytesBelow(const std::string& folder) {
  namespace fs = std::filesystem;
  uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    std::error_code gone;
    const uintmax_t size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace amana::cli
