#include "broker/rpc/peer.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <vector>

#include "broker/rpc/errors.h"

namespace amana::rpc {

absl::StatusOr<Peer> ReadPeer(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> ids =
      context.FindPropertyValues(GRPC_PEER_SPIFFE_ID_PROPERTY_NAME);
  const std::vector<grpc::string_ref> certificates =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (ids.size() != 1 || certificates.size() != 1) return CallerUnidentified();
  return Peer{.spiffe = std::string(ids[0].data(), ids[0].size()),
              .certificate_pem = std::string(certificates[0].data(), certificates[0].size())};
}

}  // namespace amana::rpc
