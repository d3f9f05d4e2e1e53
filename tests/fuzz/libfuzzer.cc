// libFuzzer's entry points. The seeds are made when the program runs, so they come in as a
// mutation: now and then an input is replaced by one of them, changed a little.
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tests/fuzz/target.h"

extern "C" {

size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  google::protobuf::SetLogHandler(nullptr);  // it reports every malformed string
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  amana::fuzz::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  std::mt19937_64 random(seed);
  if (random() % 64 != 0 && size > 1) return LLVMFuzzerMutate(data, size, max_size);
  const auto& seeds = amana::fuzz::Seeds();
  std::string bytes = seeds[random() % seeds.size()];
  if (random() % 4 != 0) bytes = amana::fuzz::Mutate(std::move(bytes), random);
  size = std::min(bytes.size(), max_size);
  std::memcpy(data, bytes.data(), size);
  return size;
}

}  // extern "C"
