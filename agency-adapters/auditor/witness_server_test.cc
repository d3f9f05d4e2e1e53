#include "agency-adapters/auditor/witness_server.h"

#include <gtest/gtest.h>

#include <atomic>

#include "base/http_client.h"
#include "base/testing.h"
#include "proto/crypto/sha256.h"
#include "proto/transparency/note.h"

namespace amana::auditor {
namespace {

using transparency::Checkpoint;

TEST(WitnessServerTest, SpeaksTlogWitness) {
  const TempDir dir;
  const FakeClock clock(absl::FromUnixSeconds(1'900'000'000));
  const auto key = [] { return crypto::Ed25519PrivateKey::Generate().value(); };
  const auto log = transparency::NoteSigner::Create("synthetic.example/log", key()).value();
  const auto cosigner = transparency::Cosigner::Create("witness.example/w1", key()).value();
  const auto book = WitnessBook::Open(dir.path()).value();
  Witness witness(cosigner, {log.verifier()}, *book, clock);
  std::atomic<int> observed = 0;
  const auto server = ServeWitness(witness, {}, "/amana",
                                   [&](const WitnessAnswer& answer) { observed += answer.status; });
  AMANA_ASSERT_OK(server);
  const auto client = http::Client::Create({}).value();
  const auto call = [&](const std::string& method, const std::string& path,
                        const std::string& body = {}) {
    return client->Call({method, "http://" + (*server)->address() + path, "", {}, body}).value();
  };

  const auto note = transparency::SignCheckpoint(
      Checkpoint::Create("synthetic.example/log", 0, transparency::EmptyRoot()).value(), log);
  const std::string body = transparency::FormatWitnessRequest({0, {}, note.value()});
  const http::Response added = call("POST", "/amana/add-checkpoint", body);
  EXPECT_EQ(added.status, 200);
  EXPECT_EQ(transparency::ParseWitnessAnswer(added.body)->size(), 1u);
  const http::Response newest =
      call("GET", "/amana/checkpoint/" + crypto::Sha256("synthetic.example/log").hex());
  EXPECT_EQ(newest.status, 200);
  EXPECT_EQ(newest.body, note.value() + added.body);

  EXPECT_EQ(call("POST", "/amana/add-checkpoint", "old 9" + body.substr(5)).status, 400);
  EXPECT_EQ(observed, 200 + 400);
  EXPECT_EQ(call("GET", "/amana/add-checkpoint").status, 405);
  EXPECT_EQ(call("POST", "/amana/checkpoint/", "x").status, 405);
  EXPECT_EQ(call("GET", "/amana/checkpoint/../x").status, 404);
  EXPECT_EQ(call("GET", "/").status, 404);
  EXPECT_EQ(call("POST", "/add-checkpoint", body).status, 404);
  EXPECT_EQ(call("POST", "/amana/add-checkpoint",
                 std::string(transparency::kMaxWitnessRequestBytes + 1, 'x'))
                .status,
            413);
}

}  // namespace
}  // namespace amana::auditor
