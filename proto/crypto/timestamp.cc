#include "proto/crypto/timestamp.h"

#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>

#include <ctime>
#include <string>
#include <utility>

#include "base/ids.h"
#include "base/status.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/random.h"
#include "proto/crypto/sha256.h"
#include "proto/crypto/ssl_ptr.h"

namespace amana::crypto {
namespace {

using TsRespPtr = SslPtr<TS_RESP, TS_RESP_free>;
using TstInfoPtr = SslPtr<TS_TST_INFO, TS_TST_INFO_free>;
using Pkcs7Ptr = SslPtr<PKCS7, PKCS7_free>;
using VerifyCtxPtr = SslPtr<TS_VERIFY_CTX, TS_VERIFY_CTX_free>;

constexpr size_t kMaxToken = 64 * 1024;

// The token of a response that grants one, or what is a token itself; null for anything else.
Pkcs7Ptr ParseToken(std::string_view bytes) {
  const auto* at = Bytes(bytes);
  const TsRespPtr response(d2i_TS_RESP(nullptr, &at, static_cast<long>(bytes.size())));
  if (response != nullptr && at == Bytes(bytes) + bytes.size()) {
    PKCS7* token = TS_RESP_get_token(response.get());
    return Pkcs7Ptr(token == nullptr ? nullptr : PKCS7_dup(token));
  }
  at = Bytes(bytes);
  Pkcs7Ptr token(d2i_PKCS7(nullptr, &at, static_cast<long>(bytes.size())));
  if (token != nullptr && at != Bytes(bytes) + bytes.size()) token.reset();
  return token;
}

bool IsOf(TS_TST_INFO* info, std::string_view data) {
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(info);
  const ASN1_OBJECT* algorithm = nullptr;
  X509_ALGOR_get0(&algorithm, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  const EVP_MD* md = nullptr;
  switch (OBJ_obj2nid(algorithm)) {
    case NID_sha256:
      md = EVP_sha256();
      break;
    case NID_sha384:
      md = EVP_sha384();
      break;
    case NID_sha512:
      md = EVP_sha512();
      break;
    default:
      return false;
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(data.data(), data.size(), digest, &length, md, nullptr) != 1) return false;
  const ASN1_OCTET_STRING* stated = TS_MSG_IMPRINT_get_msg(imprint);
  return ASN1_STRING_length(stated) == static_cast<int>(length) &&
         CRYPTO_memcmp(ASN1_STRING_get0_data(stated), digest, length) == 0;
}

// With the roots, judging certificates at `at`; null when there is no root.
X509StorePtr StoreOf(std::string_view roots_pem, time_t at) {
  X509StorePtr store(X509_STORE_new());
  const BioPtr bio = ReadOnlyBio(roots_pem);
  int roots = 0;
  while (true) {
    const X509Ptr root(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (root == nullptr) break;
    roots += X509_STORE_add_cert(store.get(), root.get());
  }
  if (roots == 0) return nullptr;
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), at);
  return store;
}

using TsReqPtr = SslPtr<TS_REQ, TS_REQ_free>;
using ImprintPtr = SslPtr<TS_MSG_IMPRINT, TS_MSG_IMPRINT_free>;
using AlgorithmPtr = SslPtr<X509_ALGOR, X509_ALGOR_free>;
using IntegerPtr = SslPtr<ASN1_INTEGER, ASN1_INTEGER_free>;

constexpr size_t kNonceBytes = 16;

std::string ToBytes(const ASN1_INTEGER* integer) {
  const BignumPtr number(integer == nullptr ? nullptr : ASN1_INTEGER_to_BN(integer, nullptr));
  if (number == nullptr || BN_is_negative(number.get())) return "";
  std::string bytes(static_cast<size_t>(BN_num_bytes(number.get())), '\0');
  BN_bn2bin(number.get(), Bytes(bytes));
  return bytes;
}

ImprintPtr ImprintOf(std::string_view data) {
  ImprintPtr imprint(TS_MSG_IMPRINT_new());
  const AlgorithmPtr algorithm(X509_ALGOR_new());
  if (imprint == nullptr || algorithm == nullptr) return nullptr;
  X509_ALGOR_set_md(algorithm.get(), Sha256Md());
  const Digest digest = Sha256(data);
  std::string bytes(digest.view());
  const bool made =
      TS_MSG_IMPRINT_set_algo(imprint.get(), algorithm.get()) == 1 &&
      TS_MSG_IMPRINT_set_msg(imprint.get(), Bytes(bytes), static_cast<int>(bytes.size())) == 1;
  return made ? std::move(imprint) : nullptr;
}

bool FailedOnTrust() {
  bool trust = false;
  while (const unsigned long error = ERR_get_error()) {
    trust |=
        ERR_GET_LIB(error) == ERR_LIB_TS && ERR_GET_REASON(error) == TS_R_CERTIFICATE_VERIFY_ERROR;
  }
  return trust;
}

}  // namespace

absl::StatusOr<absl::Time> VerifyTimestamp(std::string_view bytes, std::string_view data,
                                           std::string_view roots_pem, std::string_view field) {
  const ErrorQueueGuard guard;
  const Pkcs7Ptr token = bytes.size() <= kMaxToken ? ParseToken(bytes) : nullptr;
  const TstInfoPtr info(token == nullptr ? nullptr : PKCS7_to_TS_TST_INFO(token.get()));
  std::tm stated = {};
  if (info == nullptr || ASN1_TIME_to_tm(TS_TST_INFO_get_time(info.get()), &stated) != 1) {
    return TimestampMalformed(field);
  }
  if (!IsOf(info.get(), data)) return TimestampMismatch(field);
  const time_t at = timegm(&stated);
  X509StorePtr store = StoreOf(roots_pem, at);
  if (store == nullptr) return TimestampUntrusted(field, "no authority is believed here");
  const VerifyCtxPtr context(TS_VERIFY_CTX_new());
  TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE);
  TS_VERIFY_CTX_set_store(context.get(), store.release());
  if (TS_RESP_verify_token(context.get(), token.get()) != 1) {
    if (FailedOnTrust()) return TimestampUntrusted(field, "its signer is of no authority here");
    return TimestampInvalid(field);
  }
  return absl::FromTimeT(at);
}

absl::StatusOr<TimestampRequest> MakeTimestampRequest(std::string_view data) {
  const ErrorQueueGuard guard;
  TimestampRequest made{"", RandomBytes(kNonceBytes)};
  made.nonce[0] = static_cast<char>(made.nonce[0] | 0x40);  // no leading zero to be dropped
  const TsReqPtr request(TS_REQ_new());
  const ImprintPtr imprint = ImprintOf(data);
  const BignumPtr number(
      BN_bin2bn(Bytes(made.nonce), static_cast<int>(made.nonce.size()), nullptr));
  const IntegerPtr nonce(number == nullptr ? nullptr : BN_to_ASN1_INTEGER(number.get(), nullptr));
  if (request == nullptr || imprint == nullptr || nonce == nullptr ||
      TS_REQ_set_version(request.get(), 1) != 1 ||
      TS_REQ_set_msg_imprint(request.get(), imprint.get()) != 1 ||
      TS_REQ_set_nonce(request.get(), nonce.get()) != 1 ||
      TS_REQ_set_cert_req(request.get(), 1) != 1) {
    return CryptoFailed("a timestamp request");
  }
  const int length = i2d_TS_REQ(request.get(), nullptr);
  if (length <= 0) return CryptoFailed("a timestamp request");
  made.der.resize(static_cast<size_t>(length));
  unsigned char* at = Bytes(made.der);
  i2d_TS_REQ(request.get(), &at);
  return made;
}

absl::StatusOr<GrantedTimestamp> OpenTimestampAnswer(std::string_view answer,
                                                     const TimestampRequest& request,
                                                     std::string_view data,
                                                     std::string_view roots_pem) {
  constexpr std::string_view kField = "answer";
  const ErrorQueueGuard guard;
  if (answer.size() > kMaxToken) return TimestampMalformed(kField);
  const auto* at = Bytes(answer);
  const TsRespPtr response(d2i_TS_RESP(nullptr, &at, static_cast<long>(answer.size())));
  if (response == nullptr || at != Bytes(answer) + answer.size()) return TimestampMalformed(kField);
  PKCS7* const token = TS_RESP_get_token(response.get());
  if (token == nullptr) return TimestampRefused();
  const TstInfoPtr info(PKCS7_to_TS_TST_INFO(token));
  if (info == nullptr) return TimestampMalformed(kField);
  if (ToBytes(TS_TST_INFO_get_nonce(info.get())) != request.nonce) return TimestampReplayed();
  const int length = i2d_PKCS7(token, nullptr);
  if (length <= 0) return TimestampMalformed(kField);
  GrantedTimestamp granted{std::string(static_cast<size_t>(length), '\0'), absl::Time()};
  unsigned char* to = Bytes(granted.token);
  i2d_PKCS7(token, &to);
  // As it will be judged later, from the bytes that are kept.
  AMANA_ASSIGN_OR_RETURN(granted.time, VerifyTimestamp(granted.token, data, roots_pem, kField));
  return granted;
}

}  // namespace amana::crypto
