// For the tests of what erasure leaves on the disk.
#ifndef AMANA_BROKER_STORE_EMBEDDED_ERASURE_FOR_TEST_H_
#define AMANA_BROKER_STORE_EMBEDDED_ERASURE_FOR_TEST_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "base/durable_file_fault.h"
#include "base/sqlite.h"
#include "broker/store/embedded/testing.h"
#include "gtest/gtest.h"

namespace amana::store {

inline Work Accept(uint32_t number, const std::string& body) {
  return [number, body](Transaction& tx) {
    return tx.referrals().Accept(SampleReferral(number), body, {SampleTask(number)});
  };
}

inline Work Erase(uint32_t number) {
  return [number](Transaction& tx) { return tx.erasures().Erase(SampleKey(number)).status(); };
}

// Whether any 16 bytes in a row of any of `needles` stand in any file of `folder`.
inline bool AnyWindowIn(const std::string& folder, const std::vector<std::string>& needles) {
  constexpr size_t kWindow = 16;
  absl::flat_hash_set<absl::string_view> windows;
  for (const std::string& needle : needles) {
    for (size_t i = 0; i + kWindow <= needle.size(); ++i) {
      windows.insert(absl::string_view(needle).substr(i, kWindow));
    }
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string bytes = RealFileSystem().Read(entry.path()).value();
    for (size_t i = 0; i + kWindow <= bytes.size(); ++i) {
      if (windows.contains(absl::string_view(bytes).substr(i, kWindow))) return true;
    }
  }
  return false;
}

class ErasureTest : public testing::Test {
 protected:
  std::string KeyFile() const { return world_.directory() + "/keys.amana"; }
  // What the database holds for a referral: its body and tag, its grants and updates, as stored.
  std::vector<std::string> Stored(uint32_t number) {
    sqlite::OpenOptions reader;
    reader.mode = sqlite::Mode::kReader;
    auto db = sqlite::Database::Open(world_.database(), reader).value();
    const std::string id = SampleKey(number).referral.bytes();
    std::vector<std::string> stored;
    for (const char* sql :
         {"SELECT body, tag FROM referral WHERE id = ?1",
          "SELECT g.bytes, u.bytes FROM referral r JOIN wrap_grant g ON g.referral = r.row "
          "LEFT JOIN referral_update u ON u.referral = r.row WHERE r.id = ?1"}) {
      auto query = db->Prepare(sql).value();
      query.Bind(sqlite::Blob(id));
      while (query.Step().value()) {
        stored.emplace_back(query.Bytes(0));
        stored.emplace_back(query.Bytes(1));
      }
    }
    return stored;
  }
  // The WAL is emptied as soon as nobody reads it.
  void AwaitEmptyWal() {
    const std::string wal = world_.database() + "-wal";
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (std::filesystem::file_size(wal) > 0) {
      ASSERT_LT(absl::Now(), deadline);
      absl::SleepFor(absl::Milliseconds(5));
    }
  }
  absl::Status Read(const Store& store, uint32_t number) {
    return store.Read().value()->referrals().ReadBody(SampleKey(number)).status();
  }

  FaultFileSystem files_{RealFileSystem()};
  std::string copies_;
  EmbeddedWorld world_{[this](EmbeddedOptions& options) {
    options.files = &files_;
    options.key_block = 64;
    options.key_copies.folder = copies_;
  }};
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_EMBEDDED_ERASURE_FOR_TEST_H_
