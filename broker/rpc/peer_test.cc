#include "broker/rpc/peer.h"

#include <grpcpp/security/auth_context.h>

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "gtest/gtest.h"

namespace amana::rpc {
namespace {

class FakeAuthContext final : public grpc::AuthContext {
 public:
  explicit FakeAuthContext(std::multimap<std::string, std::string> values)
      : values_(std::move(values)) {}
  bool IsPeerAuthenticated() const override { return true; }
  std::vector<grpc::string_ref> GetPeerIdentity() const override { return {}; }
  std::string GetPeerIdentityPropertyName() const override { return "x509_common_name"; }
  std::vector<grpc::string_ref> FindPropertyValues(const std::string& name) const override {
    std::vector<grpc::string_ref> found;
    const auto [first, last] = values_.equal_range(name);
    for (auto it = first; it != last; ++it) found.emplace_back(it->second);
    return found;
  }
  grpc::AuthPropertyIterator begin() const override { return None(); }
  grpc::AuthPropertyIterator end() const override { return None(); }
  void AddProperty(const std::string&, const grpc::string_ref&) override {
    ADD_FAILURE() << "the context belongs to the connection";
  }
  bool SetPeerIdentityPropertyName(const std::string&) override {
    ADD_FAILURE() << "the context belongs to the connection";
    return false;
  }

 private:
  struct None final : grpc::AuthPropertyIterator {};
  const std::multimap<std::string, std::string> values_;
};

TEST(PeerTest, ReadsTheOneIdAndTheOneCertificate) {
  const absl::StatusOr<Peer> peer = ReadPeer(FakeAuthContext({{"peer_spiffe_id", "spiffe://a/b"},
                                                              {"peer_uri", "spiffe://other"},
                                                              {"x509_common_name", "root"},
                                                              {"x509_pem_cert", "PEM"}}));
  ASSERT_TRUE(peer.ok());
  EXPECT_EQ(peer->spiffe, "spiffe://a/b");
  EXPECT_EQ(peer->certificate_pem, "PEM");
}

TEST(PeerTest, AnythingElseIsNobody) {
  const std::multimap<std::string, std::string> rows[] = {
      {},
      {{"x509_pem_cert", "PEM"}},
      {{"peer_spiffe_id", "spiffe://a/b"}},
      {{"peer_spiffe_id", "spiffe://a/b"},
       {"peer_spiffe_id", "spiffe://a/c"},
       {"x509_pem_cert", "PEM"}},
      {{"peer_spiffe_id", "spiffe://a/b"}, {"x509_pem_cert", "P"}, {"x509_pem_cert", "Q"}},
      {{"x509_common_name", "spiffe://a/b"}, {"x509_pem_cert", "PEM"}},
      {{"peer_uri", "spiffe://a/b"}, {"x509_pem_cert", "PEM"}},
  };
  for (const auto& row : rows) {
    const absl::StatusOr<Peer> peer = ReadPeer(FakeAuthContext(row));
    EXPECT_EQ(peer.status().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(ErrorReason(peer.status()), "CALLER_UNIDENTIFIED");
  }
}

}  // namespace
}  // namespace amana::rpc
