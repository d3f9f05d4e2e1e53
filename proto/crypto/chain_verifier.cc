#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/x509_impl.h"

namespace amana::crypto {
namespace {

// Positions in Authorities; root is -1 when the issuing CA is itself the anchor.
struct Path {
  int issuing = 0;
  int root = -1;
};

// Only good paths are kept, so the cache cannot be filled by strangers; it is emptied when it is
// full.
constexpr size_t kMaxCached = 65536;

int PositionOf(const std::vector<Certificate>& certificates, const X509* x509) {
  for (size_t i = 0; i < certificates.size(); ++i) {
    if (X509_cmp(certificates[i].x509(), x509) == 0) return static_cast<int>(i);
  }
  return -1;
}

absl::Status CheckTime(const Certificate& certificate, absl::Time at, std::string_view which) {
  if (at < certificate.not_before()) return CertificateNotYetValid(which);
  // The last second named is still inside (RFC 5280 section 4.1.2.5).
  if (at >= certificate.not_after() + absl::Seconds(1)) return CertificateExpired(which);
  return absl::OkStatus();
}

}  // namespace

struct ChainVerifier::Impl {
  // Constant after construction.
  Authorities authorities;
  X509StorePtr store;  // the trust anchors

  // What is cached: the path of each certificate that was verified.
  mutable absl::Mutex mu;
  mutable absl::flat_hash_map<CertId, Path> paths ABSL_GUARDED_BY(mu);

  // The authorities that sign `certificate`, its signature and constraints checked; time is not.
  absl::StatusOr<Path> FindPath(const Certificate& certificate) const;
  absl::StatusOr<Path> VerifyPath(const Certificate& certificate) const;
};

absl::StatusOr<Path> ChainVerifier::Impl::VerifyPath(const Certificate& certificate) const {
  const ErrorQueueGuard guard;
  const X509StoreCtxPtr context(X509_STORE_CTX_new());
  using StackPtr = SslPtr<STACK_OF(X509), [](STACK_OF(X509) * stack) { sk_X509_free(stack); }>;
  const StackPtr untrusted(sk_X509_new_null());
  if (context == nullptr || untrusted == nullptr) return CryptoFailed("chain verification");
  for (const Certificate& issuing : authorities.issuing) {
    sk_X509_push(untrusted.get(), issuing.x509());  // owned by `authorities`
  }
  if (X509_STORE_CTX_init(context.get(), store.get(), certificate.x509(), untrusted.get()) != 1) {
    return CryptoFailed("chain verification");
  }
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_X509_STRICT |
                                              X509_V_FLAG_PARTIAL_CHAIN |
                                              X509_V_FLAG_CHECK_SS_SIGNATURE);
  if (X509_verify_cert(context.get()) != 1) {
    return ChainUntrusted(X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get())));
  }
  const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_chain(context.get());
  const int length = sk_X509_num(chain);
  Path path;
  path.issuing = length > 1 ? PositionOf(authorities.issuing, sk_X509_value(chain, 1)) : -1;
  if (path.issuing < 0) return ChainUntrusted("not signed by a pinned issuing CA");
  if (!authorities.roots.empty()) {
    path.root = length == 3 ? PositionOf(authorities.roots, sk_X509_value(chain, 2)) : -1;
    if (path.root < 0) return ChainUntrusted("its issuing CA is not signed by a pinned root");
  }
  return path;
}

absl::StatusOr<Path> ChainVerifier::Impl::FindPath(const Certificate& certificate) const {
  {
    absl::ReaderMutexLock lock(&mu);
    const auto found = paths.find(certificate.id());
    if (found != paths.end()) return found->second;
  }
  if (certificate.usage() == CertUsage::kCa) return CertificateUsageInvalid("it is a CA");
  AMANA_ASSIGN_OR_RETURN(const Path path, VerifyPath(certificate));
  const Certificate& issuing = authorities.issuing[static_cast<size_t>(path.issuing)];
  if (!issuing.ca_trust_domain().empty() &&
      issuing.ca_trust_domain() != certificate.spiffe().trust_domain) {
    return ChainUntrusted("its issuing CA speaks for another trust domain");
  }
  if (!issuing.ca_agency().empty() && issuing.ca_agency() != certificate.spiffe().agency) {
    return ChainUntrusted("its issuing CA speaks for another agency");
  }
  absl::MutexLock lock(&mu);
  if (paths.size() >= kMaxCached) paths.clear();
  paths.emplace(certificate.id(), path);
  return path;
}

ChainVerifier::ChainVerifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ChainVerifier::~ChainVerifier() = default;

const ChainVerifier::Authorities& ChainVerifier::authorities() const { return impl_->authorities; }

absl::StatusOr<std::shared_ptr<const ChainVerifier>> ChainVerifier::Create(
    Authorities authorities) {
  const ErrorQueueGuard guard;
  auto impl = std::make_unique<Impl>();
  impl->store.reset(X509_STORE_new());
  if (impl->store == nullptr) return CryptoFailed("chain verification");
  for (const Certificate& root : authorities.roots) {
    if (root.usage() != CertUsage::kCa || !root.self_issued() ||
        X509_verify(root.x509(), root.public_key().key().pkey.get()) != 1) {
      return CertificateUsageInvalid("a root must be a self-signed CA");
    }
  }
  for (const Certificate& issuing : authorities.issuing) {
    if (issuing.usage() != CertUsage::kCa) {
      return CertificateUsageInvalid("an issuing certificate must be a CA");
    }
  }
  const auto& anchors = authorities.roots.empty() ? authorities.issuing : authorities.roots;
  for (const Certificate& anchor : anchors) {
    if (X509_STORE_add_cert(impl->store.get(), anchor.x509()) != 1) {
      return CryptoFailed("chain verification");
    }
  }
  for (const Certificate& issuing : authorities.issuing) {
    if (authorities.roots.empty()) break;
    bool signed_by_root = false;
    for (const Certificate& root : authorities.roots) {
      signed_by_root =
          signed_by_root || (X509_check_issued(root.x509(), issuing.x509()) == X509_V_OK &&
                             X509_verify(issuing.x509(), root.public_key().key().pkey.get()) == 1);
    }
    if (!signed_by_root) return ChainUntrusted("an issuing CA is not signed by a pinned root");
  }
  impl->authorities = std::move(authorities);
  return std::shared_ptr<const ChainVerifier>(new ChainVerifier(std::move(impl)));
}

absl::Status ChainVerifier::Verify(const Certificate& certificate, absl::Time at) const {
  AMANA_ASSIGN_OR_RETURN(const Path path, impl_->FindPath(certificate));
  const Authorities& known = impl_->authorities;
  AMANA_RETURN_IF_ERROR(CheckTime(certificate, at, "the certificate"));
  AMANA_RETURN_IF_ERROR(
      CheckTime(known.issuing[static_cast<size_t>(path.issuing)], at, "its issuing CA"));
  if (path.root < 0) return absl::OkStatus();
  return CheckTime(known.roots[static_cast<size_t>(path.root)], at, "its root");
}

absl::Status ChainVerifier::Verify(const Certificate& certificate, absl::Time at,
                                   CertUsage usage) const {
  if (certificate.usage() != usage) {
    return CertificateUsageInvalid("must be " + std::string(UsageName(usage)) + ", is " +
                                   std::string(UsageName(certificate.usage())));
  }
  return Verify(certificate, at);
}

absl::StatusOr<Certificate> ChainVerifier::IssuerOf(const Certificate& certificate) const {
  AMANA_ASSIGN_OR_RETURN(const Path path, impl_->FindPath(certificate));
  return impl_->authorities.issuing[static_cast<size_t>(path.issuing)];
}

}  // namespace amana::crypto
