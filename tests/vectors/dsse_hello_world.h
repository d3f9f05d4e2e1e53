// DSSE v1 hello-world vector, from secure-systems-lab/dsse protocol.md at
// eebf7b59b17a06efd2d8a531fc30d1d193520adb (Apache-2.0). The signature there is r || s; here it is
// the same two integers in DER.
#ifndef AMANA_TESTS_VECTORS_DSSE_HELLO_WORLD_H_
#define AMANA_TESTS_VECTORS_DSSE_HELLO_WORLD_H_

#include <string_view>

namespace amana::tests {

struct DsseVector {
  std::string_view payload_type;
  std::string_view payload;
  std::string_view pae;
  std::string_view spki_der_hex;
  std::string_view signature_der_hex;
};

inline constexpr DsseVector kDsseHelloWorld = {
    "http://example.com/HelloWorld", "hello world",
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    "3059301306072a8648ce3d020106082a8648ce3d0301070342000467cd390f77aa359cb08c2235f652270493a9ed83"
    "2b0abcc01f70954c0390d2380c782bd54e269125a44f4433aff1432ce94e12bca73aa67ac80cea12608ddf74",
    "3044022003726ab101ad56c2763b6c6aac8e487275e2a79193a09dc5f859d9f8ef3c4a3b022051eab0c06a369b64a7"
    "222537d4887a893dc200ae21060074d57825235b624864"};

}  // namespace amana::tests

#endif  // AMANA_TESTS_VECTORS_DSSE_HELLO_WORLD_H_
