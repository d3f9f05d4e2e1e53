// What a check has found, by name, with how often and a few places. A place is an index, a row or
// an id, never a content. Bounded, however much is wrong. Not thread-safe.
#ifndef AMANA_BROKER_AUDIT_FINDINGS_H_
#define AMANA_BROKER_AUDIT_FINDINGS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace amana::audit {

class Findings {
 public:
  static constexpr size_t kPlaces = 10;
  struct Kind {
    uint64_t count = 0;
    std::vector<std::string> places;  // of the first
  };

  void Add(std::string_view name, std::string place) {
    auto kind = kinds_.find(name);
    if (kind == kinds_.end()) kind = kinds_.emplace(name, Kind()).first;
    if (++kind->second.count <= kPlaces) kind->second.places.push_back(std::move(place));
  }
  const std::map<std::string, Kind, std::less<>>& kinds() const { return kinds_; }
  uint64_t count(std::string_view name) const {
    const auto kind = kinds_.find(name);
    return kind == kinds_.end() ? 0 : kind->second.count;
  }
  bool empty() const { return kinds_.empty(); }

 private:
  std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace amana::audit

#endif  // AMANA_BROKER_AUDIT_FINDINGS_H_
