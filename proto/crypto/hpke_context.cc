#include "proto/crypto/hpke_context.h"

#include <utility>

#include "base/status.h"
#include "proto/crypto/aead.h"
#include "proto/crypto/errors.h"
#include "proto/crypto/hkdf.h"

namespace amana::crypto {
namespace {

using std::string_view_literals::operator""sv;

// RFC 9180 sections 4.1 and 5.1: what keeps the KEM's and the schedule's derivations apart.
constexpr std::string_view kKemSuite = "KEM\x00\x10"sv;
constexpr std::string_view kHpkeSuite = "HPKE\x00\x10\x00\x01\x00\x02"sv;
constexpr char kModeBase = '\x00';

Secret LabeledExtract(std::string_view suite, std::string_view salt, std::string_view label,
                      std::string_view input_key) {
  std::string labeled = "HPKE-v1";
  labeled.reserve(labeled.size() + suite.size() + label.size() + input_key.size());
  labeled.append(suite).append(label).append(input_key);
  return HkdfExtract(salt, Secret::TakeFrom(labeled));
}

absl::StatusOr<Secret> LabeledExpand(std::string_view suite, const Secret& key,
                                     std::string_view label, std::string_view info, size_t size) {
  std::string labeled = {static_cast<char>(size >> 8), static_cast<char>(size)};
  labeled.append("HPKE-v1").append(suite).append(label).append(info);
  return HkdfExpand(key, labeled, size);
}

std::string_view Revealed(const Secret& secret) { return secret.Reveal(RevealSecret()); }

}  // namespace

absl::StatusOr<EcPrivateKey> HpkeDeriveKeyPair(const Secret& input_key) {
  if (input_key.size() < 32) return LengthInvalid("input_key", 32, input_key.size());
  const Secret prk = LabeledExtract(kKemSuite, "", "dkp_prk", Revealed(input_key));
  for (int counter = 0; counter < 256; ++counter) {
    const char count = static_cast<char>(counter);
    AMANA_ASSIGN_OR_RETURN(const Secret candidate,
                           LabeledExpand(kKemSuite, prk, "candidate", {&count, 1}, 32));
    // The bit mask of P-256 is 0xff: the candidate is taken as it is, and fails once in 2^32.
    absl::StatusOr<EcPrivateKey> key = EcPrivateKey::FromScalar(candidate);
    if (key.ok() || ErrorReason(key.status()) != "KEY_INVALID") return key;
  }
  return KeyInvalid("no key pair can be derived");
}

absl::StatusOr<HpkeContext> HpkeContext::KeySchedule(const Secret& dh, std::string_view kem_context,
                                                     std::string_view info) {
  // DHKEM's ExtractAndExpand (section 4.1), then KeySchedule (5.1) with no PSK.
  const Secret eae_prk = LabeledExtract(kKemSuite, "", "eae_prk", Revealed(dh));
  AMANA_ASSIGN_OR_RETURN(const Secret shared,
                         LabeledExpand(kKemSuite, eae_prk, "shared_secret", kem_context, 32));
  const Secret psk_id_hash = LabeledExtract(kHpkeSuite, "", "psk_id_hash", "");
  const Secret info_hash = LabeledExtract(kHpkeSuite, "", "info_hash", info);
  std::string schedule(1, kModeBase);
  schedule.append(Revealed(psk_id_hash)).append(Revealed(info_hash));
  const Secret secret = LabeledExtract(kHpkeSuite, Revealed(shared), "secret", "");
  HpkeContext context;
  AMANA_ASSIGN_OR_RETURN(context.key_,
                         LabeledExpand(kHpkeSuite, secret, "key", schedule, kAesGcmKeySize));
  AMANA_ASSIGN_OR_RETURN(const Secret nonce, LabeledExpand(kHpkeSuite, secret, "base_nonce",
                                                           schedule, kAesGcmNonceSize));
  context.base_nonce_ = std::string(Revealed(nonce));
  AMANA_ASSIGN_OR_RETURN(context.exporter_secret_,
                         LabeledExpand(kHpkeSuite, secret, "exp", schedule, 32));
  return context;
}

absl::StatusOr<HpkeContext> HpkeContext::ForSender(const EcPublicKey& recipient,
                                                   const EcPrivateKey& ephemeral,
                                                   std::string_view info) {
  AMANA_ASSIGN_OR_RETURN(const Secret dh, ephemeral.Ecdh(recipient));
  return KeySchedule(dh, ephemeral.PublicKey().point() + recipient.point(), info);
}

absl::StatusOr<HpkeContext> HpkeContext::ForReceiver(const EcPrivateKey& recipient,
                                                     std::string_view enc, std::string_view info) {
  AMANA_ASSIGN_OR_RETURN(const EcPublicKey ephemeral, EcPublicKey::FromPoint(enc));
  AMANA_ASSIGN_OR_RETURN(const Secret dh, recipient.Ecdh(ephemeral));
  return KeySchedule(dh, std::string(enc) + recipient.PublicKey().point(), info);
}

std::string HpkeContext::Nonce(uint64_t sequence) const {
  std::string nonce = base_nonce_;
  for (size_t i = 0; i < sizeof(sequence); ++i) {
    char& byte = nonce[nonce.size() - 1 - i];
    byte = static_cast<char>(byte ^ static_cast<char>(sequence >> (8 * i)));
  }
  return nonce;
}

absl::StatusOr<std::string> HpkeContext::Seal(uint64_t sequence, std::string_view aad,
                                              std::string_view plaintext) const {
  return AesGcmSeal(key_, Nonce(sequence), aad, plaintext);
}

absl::StatusOr<Secret> HpkeContext::Open(uint64_t sequence, std::string_view aad,
                                         std::string_view ciphertext) const {
  AMANA_ASSIGN_OR_RETURN(std::string plaintext, AesGcmOpen(key_, Nonce(sequence), aad, ciphertext));
  return Secret::TakeFrom(plaintext);
}

absl::StatusOr<Secret> HpkeContext::Export(std::string_view exporter_context, size_t size) const {
  if (size > kHkdfMaxOutput) return LengthTooLarge("export", kHkdfMaxOutput);
  return LabeledExpand(kHpkeSuite, exporter_secret_, "sec", exporter_context, size);
}

}  // namespace amana::crypto
