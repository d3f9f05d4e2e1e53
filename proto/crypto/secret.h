// Bytes that must not leak: keys and seeds. They are zeroised when the object goes, cannot be
// formatted, logged or compared by accident, and reading them needs a token that grep finds.
#ifndef AMANA_PROTO_CRYPTO_SECRET_H_
#define AMANA_PROTO_CRYPTO_SECRET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace amana::crypto {

// Whoever writes `RevealSecret()` takes responsibility for where the bytes go.
struct RevealSecret {
  explicit constexpr RevealSecret() = default;
};

// Value type, thread-compatible. Copies are copies: each is wiped on its own.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view bytes);     // copies; the caller's bytes stay as they are
  static Secret TakeFrom(std::string& bytes);  // copies, then wipes and empties `bytes`

  Secret(const Secret& other);
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Valid while this object lives and is not assigned to.
  std::string_view Reveal(RevealSecret) const {
    return {reinterpret_cast<const char*>(bytes_.get()), size_};
  }

  // Constant time for equal lengths.
  bool SameAs(const Secret& other) const;

 private:
  void Wipe();

  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_ = 0;
};

// Overwrites memory so that the compiler cannot drop it. For buffers that held a secret or a
// plaintext for a moment.
void WipeMemory(void* data, size_t size);

// Constant time in the content; false at once when the lengths differ.
bool ConstantTimeEquals(std::string_view a, std::string_view b);

}  // namespace amana::crypto

#endif  // AMANA_PROTO_CRYPTO_SECRET_H_
