// RFC 9180's own vector of base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, with its
// field names (from cloudflare/circl, commit 33d33c7, BSD-3-Clause; encryptions 0-4, 255 and 256).
// Hexadecimal throughout.
#ifndef AMANA_TESTS_VECTORS_CRYPTO_HPKE_H_
#define AMANA_TESTS_VECTORS_CRYPTO_HPKE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace amana::tests {

struct HpkeVector {
  std::string_view info;
  std::string_view ikmR;
  std::string_view ikmE;
  std::string_view skRm;
  std::string_view skEm;
  std::string_view pkRm;
  std::string_view pkEm;
  std::string_view enc;
  std::string_view key;
  std::string_view base_nonce;
  std::string_view exporter_secret;
};
inline constexpr HpkeVector kHpkeVector = {
    .info = "4f6465206f6e2061204772656369616e2055726e",
    .ikmR = "a0ce15d49e28bd47a18a97e147582d814b08cbe00109fed5ec27d1b4e9f6f5e3",
    .ikmE = "a90d3417c3da9cb6c6ae19b4b5dd6cc9529a4cc24efb7ae0ace1f31887a8cd6c",
    .skRm = "317f915db7bc629c48fe765587897e01e282d3e8445f79f27f65d031a88082b2",
    .skEm = "90345e3a1d116c1dd39ae76d95ab858c142223a63e44f8f85318cfa91a84858e",
    .pkRm =
        "04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f853148544876de"
        "76c0f2ef99cdc3a05ccf5ded7860c7c021238f9e2073d2356c",
    .pkEm =
        "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c60"
        "48af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0",
    .enc =
        "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c60"
        "48af3cb2d98e0d3bf01da5cc4c39ff5370d331a4f1f7d5a4e0",
    .key = "ee16802a936d5f544771131900ee6973d0551de9e852ece2ef34bf0d5f9e1d1d",
    .base_nonce = "9bc50980832a7b4b58c40161",
    .exporter_secret = "a8e9a7e62621879fdc89cea7da8e6153458f463e2851baaf009a7461d699cfb6",
};

struct HpkeEncryption {
  uint64_t sequence;
  std::string_view aad;
  std::string_view nonce;
  std::string_view plaintext;
  std::string_view ciphertext;
};
inline const std::vector<HpkeEncryption> kHpkeEncryptions = {
    {0, "436f756e742d30", "9bc50980832a7b4b58c40161",
     "4265617574792069732074727574682c20747275746820626561757479",
     "58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908"
     "da49f8f96f"},
    {1, "436f756e742d31", "9bc50980832a7b4b58c40160",
     "4265617574792069732074727574682c20747275746820626561757479",
     "b4e7c90d1dd62cb563694956eb517ab55d5e7d1f6366a0066c04ababaa444dbaf60a30d7bb7d3e91"
     "b969762dee"},
    {2, "436f756e742d32", "9bc50980832a7b4b58c40163",
     "4265617574792069732074727574682c20747275746820626561757479",
     "65463cc0e5fd16e1650a55fb37d5b6fe6e5ac5b6f6e8c2640cfb0fcd528dc37bc0963b5c53d6238c"
     "42d447ddf4"},
    {3, "436f756e742d33", "9bc50980832a7b4b58c40162",
     "4265617574792069732074727574682c20747275746820626561757479",
     "2e68d23899ad26f5b2a427b558b764978f36ee5a77ff5d9e41b53c9ed92e68e5432fbbd802426118"
     "fb33679597"},
    {4, "436f756e742d34", "9bc50980832a7b4b58c40165",
     "4265617574792069732074727574682c20747275746820626561757479",
     "8537ff19240d613badd398dbeedf0338ca9f549bad6775ae8c3a672666057f6709e0931155cd1cae"
     "7071c6fd27"},
    {255, "436f756e742d323535", "9bc50980832a7b4b58c4019e",
     "4265617574792069732074727574682c20747275746820626561757479",
     "2bcdb6aa31cf9b85855aa22c18ee7feb783b26d5f8fae4554a409845810bdac0fc06bdce6c60a37e"
     "fb45a106eb"},
    {256, "436f756e742d323536", "9bc50980832a7b4b58c40061",
     "4265617574792069732074727574682c20747275746820626561757479",
     "fcc4c798b73d45d4a241f4d05886befed63b8bdf0252454072c9f6170f6e262f2738cf2ea290053b"
     "2181ad46d6"},
};

struct HpkeExport {
  std::string_view context;
  size_t size;
  std::string_view value;
};
inline const std::vector<HpkeExport> kHpkeExports = {
    {"", 32, "7a4c2b89e1909fb0e3ca42d5040f4c2d8346dc0643d787b8474e804f8f72798e"},
    {"00", 32, "3ca0e7e10b601a32edd2f91c49bac766892c52bde2df01a6126320c6e6eb8af1"},
    {"54657374436f6e74657874", 32,
     "76c6b4f404990ae362be3efe0d60d9669d87017f9dfe33b8c2ed9fd31d295182"},
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_VECTORS_CRYPTO_HPKE_H_
