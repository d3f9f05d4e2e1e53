// For tests: a directory with an embedded store in it.
#ifndef AMANA_BROKER_STORE_EMBEDDED_TESTING_H_
#define AMANA_BROKER_STORE_EMBEDDED_TESTING_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "broker/store/embedded/embedded_store.h"
#include "broker/store/suite.h"
#include "proto/transparency/note.h"

namespace amana::store {

class EmbeddedWorld final : public StoreWorld {
 public:
  // `tune` changes the options that every Open uses.
  explicit EmbeddedWorld(std::function<void(EmbeddedOptions&)> tune = nullptr)
      : tune_(std::move(tune)),
        key_(crypto::Ed25519PrivateKey::Generate().value()),
        verifier_(transparency::NoteVerifier::Create(
                      "log.example/amana", transparency::NoteKeyType::kEd25519, key_.PublicKey())
                      .value()) {}

  absl::StatusOr<std::unique_ptr<Store>> Open() override { return OpenEmbeddedStore(options()); }
  FakeClock& clock() override { return clock_; }
  const transparency::NoteVerifier& log_verifier() const override { return verifier_; }

  EmbeddedOptions options() const {
    EmbeddedOptions options{
        .directory = directory(), .clock = &clock_, .log_key = key_, .origin = "log.example/amana"};
    options.batch_works = 16;
    options.cache_kib = 1024;
    options.key_block = 64;
    if (tune_) tune_(options);
    return options;
  }
  std::string directory() const { return dir_.path() + "/store"; }
  std::string database() const { return directory() + "/store.db"; }

 private:
  const std::function<void(EmbeddedOptions&)> tune_;
  TempDir dir_;
  FakeClock clock_{SampleTime()};
  crypto::Ed25519PrivateKey key_;
  transparency::NoteVerifier verifier_;
};

}  // namespace amana::store

#endif  // AMANA_BROKER_STORE_EMBEDDED_TESTING_H_
