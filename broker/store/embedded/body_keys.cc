#include "broker/store/embedded/body_keys.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/errors.h"
#include "base/status.h"
#include "broker/store/embedded/end_process.h"
#include "broker/store/errors.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"

namespace amana::store::embedded {
namespace {

constexpr std::string_view kMagic = "amana body keys\n";
constexpr uint32_t kVersion = 1;
constexpr size_t kSlotSize = 64;
constexpr size_t kKeyAt = 8;
constexpr size_t kSlotCheckAt = 40;
constexpr size_t kHeaderIdAt = 32;
constexpr size_t kHeaderCheckAt = 48;
constexpr size_t kIdSize = 16;
constexpr size_t kCheckSize = 16;
constexpr uint64_t kHeaderSlot = ~uint64_t{0};
constexpr absl::Duration kLookAtCopies = absl::Seconds(1);

enum class State : char { kKey = 1, kErased = 2 };

uint64_t OffsetOf(uint64_t slot) { return kSlotSize * (slot + 1); }

// Of the header or a slot whose check is at `at`.
std::string_view CheckOf(std::string_view bytes, size_t at, std::string_view id, uint64_t slot,
                         Digest& space) {
  char number[8];
  for (int i = 0; i < 8; ++i) number[i] = static_cast<char>(slot >> (56 - 8 * i));
  space = crypto::Sha256({kMagic, id, std::string_view(number, 8), bytes.substr(0, at)});
  return space.view().substr(0, kCheckSize);
}

void WriteSlot(State state, std::string_view key, std::string_view id, uint64_t slot, char* out) {
  std::fill_n(out, kSlotSize, '\0');
  *out = static_cast<char>(state);
  std::copy(key.begin(), key.end(), out + kKeyAt);
  Digest digest;
  const std::string_view check = CheckOf({out, kSlotSize}, kSlotCheckAt, id, slot, digest);
  std::copy(check.begin(), check.end(), out + kSlotCheckAt);
}

bool IsWhole(std::string_view bytes, std::string_view id, uint64_t slot) {
  Digest digest;
  return bytes.size() == kSlotSize &&
         bytes.substr(kSlotCheckAt, kCheckSize) == CheckOf(bytes, kSlotCheckAt, id, slot, digest);
}

bool Has(std::string_view bytes, State state) { return bytes[0] == static_cast<char>(state); }

crypto::Secret KeyIn(std::string_view bytes) {
  return crypto::Secret(bytes.substr(kKeyAt, crypto::kAesGcmKeySize));
}

}  // namespace

absl::StatusOr<std::unique_ptr<BodyKeys>> BodyKeys::Open(const BodyKeysOptions& options,
                                                         const std::string& id, UsedSlots used) {
  AMANA_ASSIGN_OR_RETURN(const bool exists, options.files->Exists(options.path));
  if (!exists && (!id.empty() || used.below > 0 || !used.all))
    return KeyFileMissingError(options.path);
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<InPlaceFile> file,
                         options.files->OpenInPlace(options.path));
  std::unique_ptr<BodyKeys> keys(new BodyKeys(options, std::move(file)));
  AMANA_ASSIGN_OR_RETURN(const uint64_t size, keys->file_->Size());
  AMANA_RETURN_IF_ERROR(keys->ReadHeader(id, size));
  if (size > kSlotSize) keys->count_ = (size - 1) / kSlotSize;  // a part of a slot is one
  const uint64_t whole = size / kSlotSize;
  if (used.below > 0 && whole < used.below + 1) return KeyFileTruncatedError(options.path);
  keys->next_ = used.all ? used.below : keys->count_;
  // What a process that died had written and not fsynced yet.
  absl::Status synced = keys->file_->Sync();
  EndProcessIfFsyncFailed(synced);
  AMANA_RETURN_IF_ERROR(synced);
  AMANA_RETURN_IF_ERROR(keys->Refill());
  keys->thread_ = std::thread([raw = keys.get()] { raw->Run(); });
  return keys;
}

absl::StatusOr<std::unique_ptr<BodyKeys>> BodyKeys::OpenToRead(const BodyKeysOptions& options,
                                                               const std::string& id) {
  const absl::StatusOr<uint64_t> found = options.files->Size(options.path);
  if (absl::IsNotFound(found.status())) return KeyFileMissingError(options.path);
  AMANA_ASSIGN_OR_RETURN(const uint64_t size, found);
  if (id.empty() || size < kSlotSize) return KeyFileTruncatedError(options.path);
  AMANA_ASSIGN_OR_RETURN(std::unique_ptr<InPlaceFile> file,
                         options.files->OpenInPlace(options.path));
  std::unique_ptr<BodyKeys> keys(new BodyKeys(options, std::move(file)));
  AMANA_RETURN_IF_ERROR(keys->ReadHeader(id, size));
  return keys;
}

BodyKeys::~BodyKeys() { Close(); }

void BodyKeys::Close() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

// A database that has no id yet takes the file as it is: its first start ended before it was told.
absl::Status BodyKeys::ReadHeader(const std::string& id, uint64_t size) {
  if (size < kSlotSize) return id.empty() ? WriteHeader() : KeyFileTruncatedError(options_.path);
  AMANA_ASSIGN_OR_RETURN(const std::string header, file_->ReadAt(0, kSlotSize));
  id_ = header.substr(kHeaderIdAt, kIdSize);
  Digest digest;
  const bool whole = header.starts_with(kMagic) && header[19] == static_cast<char>(kVersion) &&
                     header.substr(kHeaderCheckAt, kCheckSize) ==
                         CheckOf(header, kHeaderCheckAt, id_, kHeaderSlot, digest);
  if (!whole) return KeyFileDamagedError(options_.path);
  if (!id.empty() && id != id_) return KeyFileForeignError(options_.path);
  return absl::OkStatus();
}

absl::Status BodyKeys::WriteHeader() {
  id_ = crypto::RandomBytes(kIdSize);
  std::string header(kMagic);
  header.resize(kHeaderIdAt);
  header[19] = static_cast<char>(kVersion);
  header += id_;
  header.resize(kSlotSize);
  Digest digest;
  const std::string_view check = CheckOf(header, kHeaderCheckAt, id_, kHeaderSlot, digest);
  std::copy(check.begin(), check.end(), header.begin() + kHeaderCheckAt);
  return file_->WriteAt(0, header);  // Open fsyncs
}

absl::StatusOr<BodyKey> BodyKeys::Take() {
  absl::MutexLock lock(&mu_);
  while (ready_.empty()) {  // others may take what came in
    if (stopping_) return StoreUnavailableError("the store is closed");
    wanted_ = true;
    const uint64_t before = refills_;
    const auto tried = [this, before]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return refills_ != before || !ready_.empty();
    };
    mu_.Await(absl::Condition(&tried));
    if (ready_.empty() && !refilled_.ok()) return refilled_;
  }
  BodyKey key = std::move(ready_.front());
  ready_.pop_front();
  if (ready_.size() <= options_.block / 2) wanted_ = true;
  return key;
}

absl::StatusOr<crypto::Secret> BodyKeys::Find(uint64_t slot) const {
  AMANA_ASSIGN_OR_RETURN(std::string bytes, file_->ReadAt(OffsetOf(slot), kSlotSize));
  if (bytes.empty()) return KeyGoneError();
  if (!IsWhole(bytes, id_, slot)) return StoreCorruptError("a slot of the key file is damaged");
  if (Has(bytes, State::kErased)) return KeyGoneError();
  crypto::Secret key = KeyIn(bytes);
  crypto::WipeMemory(bytes.data(), bytes.size());
  return key;
}

absl::Status BodyKeys::Erase(const std::vector<uint64_t>& slots) {
  std::string erased(kSlotSize, '\0');
  bool wrote = false;
  for (const uint64_t slot : slots) {
    WriteSlot(State::kErased, "", id_, slot, erased.data());
    AMANA_ASSIGN_OR_RETURN(std::string there, file_->ReadAt(OffsetOf(slot), kSlotSize));
    const bool done = there == erased;
    crypto::WipeMemory(there.data(), there.size());
    if (done || there.empty()) continue;
    AMANA_RETURN_IF_ERROR(file_->WriteAt(OffsetOf(slot), erased));
    wrote = true;
  }
  return wrote ? file_->Sync() : absl::OkStatus();
}

// What stands in the file already, from slot next_ on.
absl::Status BodyKeys::ReadBlock(std::deque<BodyKey>& keys) {
  const uint64_t slots = std::min<uint64_t>(options_.block, count_ - next_);
  AMANA_ASSIGN_OR_RETURN(std::string block, file_->ReadAt(OffsetOf(next_), slots * kSlotSize));
  for (uint64_t i = 0; i < slots; ++i, ++next_) {
    if (i * kSlotSize >= block.size()) continue;
    const std::string_view bytes = std::string_view(block).substr(i * kSlotSize, kSlotSize);
    if (IsWhole(bytes, id_, next_) && Has(bytes, State::kKey)) {
      keys.push_back({next_, KeyIn(bytes)});
    }
  }
  crypto::WipeMemory(block.data(), block.size());
  return absl::OkStatus();
}

absl::Status BodyKeys::MakeBlock(std::deque<BodyKey>& keys) {
  crypto::Secret random = crypto::RandomSecret(options_.block * crypto::kAesGcmKeySize);
  std::string block(options_.block * kSlotSize, '\0');
  for (size_t i = 0; i < options_.block; ++i) {
    const std::string_view key = random.Reveal(crypto::RevealSecret())
                                     .substr(i * crypto::kAesGcmKeySize, crypto::kAesGcmKeySize);
    WriteSlot(State::kKey, key, id_, count_ + i, block.data() + i * kSlotSize);
    keys.push_back({count_ + i, crypto::Secret(key)});
  }
  const uint64_t offset = OffsetOf(count_);
  absl::Status status = file_->WriteAt(offset, block);
  if (status.ok()) status = file_->Sync();
  EndProcessIfFsyncFailed(status);
  if (status.ok()) {
    count_ += options_.block;
    next_ = count_;
    // Should it fail, the next copy has them.
    absl::Status extended = copies_.Extend(offset, block);
    if (!extended.ok() && options_.on_copies) options_.on_copies(extended);
  }
  crypto::WipeMemory(block.data(), block.size());
  return status;
}

absl::Status BodyKeys::Refill() {
  std::deque<BodyKey> keys;
  absl::Status status;
  while (status.ok() && keys.empty()) {
    status = next_ < count_ ? ReadBlock(keys) : MakeBlock(keys);
  }
  absl::MutexLock lock(&mu_);
  if (status.ok()) std::move(keys.begin(), keys.end(), std::back_inserter(ready_));
  wanted_ = false;
  refilled_ = status;
  ++refills_;
  return status;
}

void BodyKeys::KeepCopies() {
  if (!options_.clock->Synchronised()) return;
  absl::Status status = copies_.Maintain(*file_, options_.clock->Now());
  if (status != copies_status_ && options_.on_copies) options_.on_copies(status);
  copies_status_ = std::move(status);
}

void BodyKeys::Run() {
  KeepCopies();
  while (true) {
    bool refill = false;
    {
      absl::MutexLock lock(&mu_);
      const auto something = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
        return wanted_ || stopping_;
      };
      mu_.AwaitWithTimeout(absl::Condition(&something), kLookAtCopies);
      if (stopping_) {
        wanted_ = false;
        refilled_ = StoreUnavailableError("the store is closed");
        ++refills_;
        return;
      }
      refill = wanted_;
    }
    if (refill) Refill().IgnoreError();  // Take tells
    KeepCopies();
  }
}

}  // namespace amana::store::embedded
