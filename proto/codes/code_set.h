// A set of codes as one 32-bit word: consent decides with masks, not with loops over lists.
// `E` is an enum whose values lie in 1..31. Value type, constexpr, thread-compatible.
//
// Bit 0 stands for every value outside 1..31, UNSPECIFIED among them: an unknown code that is put
// into a set stays visible there (and is covered by nothing) instead of vanishing.
#ifndef AMANA_PROTO_CODES_CODE_SET_H_
#define AMANA_PROTO_CODES_CODE_SET_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>

namespace amana::codes {

template <typename E>
class CodeSet {
 public:
  // Walks the members in ascending order.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = E;
    using difference_type = std::ptrdiff_t;
    using pointer = const E*;
    using reference = E;

    constexpr explicit Iterator(uint32_t rest) : rest_(rest) {}
    constexpr E operator*() const { return static_cast<E>(std::countr_zero(rest_)); }
    constexpr Iterator& operator++() {
      rest_ &= rest_ - 1;
      return *this;
    }
    constexpr Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend constexpr bool operator==(Iterator, Iterator) = default;

   private:
    uint32_t rest_;
  };

  constexpr CodeSet() = default;
  constexpr CodeSet(std::initializer_list<E> members) {
    for (const E member : members) Add(member);
  }
  // The inverse of bits(), for a set that was stored.
  static constexpr CodeSet FromBits(uint32_t bits) {
    CodeSet set;
    set.bits_ = bits;
    return set;
  }

  constexpr void Add(E member) { bits_ |= Bit(member); }
  constexpr void Remove(E member) { bits_ &= ~Bit(member); }
  constexpr bool Has(E member) const { return (bits_ & Bit(member)) != 0; }
  constexpr bool ContainsAll(CodeSet other) const { return (other.bits_ & ~bits_) == 0; }
  constexpr bool Intersects(CodeSet other) const { return (bits_ & other.bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr int size() const { return std::popcount(bits_); }
  constexpr uint32_t bits() const { return bits_; }
  constexpr Iterator begin() const { return Iterator(bits_); }
  constexpr Iterator end() const { return Iterator(0); }

  friend constexpr CodeSet operator|(CodeSet a, CodeSet b) { return FromBits(a.bits_ | b.bits_); }
  friend constexpr CodeSet operator&(CodeSet a, CodeSet b) { return FromBits(a.bits_ & b.bits_); }
  // Members of `a` that `b` has not.
  friend constexpr CodeSet operator-(CodeSet a, CodeSet b) { return FromBits(a.bits_ & ~b.bits_); }
  constexpr CodeSet& operator|=(CodeSet other) { return *this = *this | other; }
  constexpr CodeSet& operator&=(CodeSet other) { return *this = *this & other; }
  constexpr CodeSet& operator-=(CodeSet other) { return *this = *this - other; }
  friend constexpr bool operator==(CodeSet, CodeSet) = default;

 private:
  static constexpr uint32_t Bit(E member) {
    const int64_t value = static_cast<int64_t>(member);
    return value > 0 && value < 32 ? uint32_t{1} << value : uint32_t{1};
  }

  uint32_t bits_ = 0;
};

}  // namespace amana::codes

#endif  // AMANA_PROTO_CODES_CODE_SET_H_
