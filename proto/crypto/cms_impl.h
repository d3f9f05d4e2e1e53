// The OpenSSL side of CMS, for the .cc files of this room only.
#ifndef AMANA_PROTO_CRYPTO_CMS_IMPL_H_
#define AMANA_PROTO_CRYPTO_CMS_IMPL_H_

#include <openssl/cms.h>

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proto/crypto/ssl_ptr.h"

namespace amana::crypto {

using CmsPtr = SslPtr<CMS_ContentInfo, CMS_ContentInfo_free>;

// One ContentInfo and nothing after it. CMS_MALFORMED, LENGTH_INVALID.
absl::StatusOr<CmsPtr> ParseCms(std::string_view bytes);
absl::StatusOr<std::string> CmsToDer(CMS_ContentInfo* cms);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_CMS_IMPL_H_
