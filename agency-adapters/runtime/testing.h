// For tests: a native side that outlives its adapter, as an agency's system outlives a crash of the
// program beside it, and an adapter that keeps adapter.h's contract over it, or breaks it on order.
#ifndef AMANA_AGENCY_ADAPTERS_RUNTIME_TESTING_H_
#define AMANA_AGENCY_ADAPTERS_RUNTIME_TESTING_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/runtime/adapter.h"
#include "base/status.h"

namespace amana::runtime::testing {

// What the agency's system holds: durable, whatever becomes of the adapter.
struct NativeSide {
  std::vector<NativeItem> ready;                // shown by Poll until settled
  std::map<std::string, Settlement> settled;    // by key; the last one
  std::vector<NativeDelivery> written;          // every write, in order: a double would show
  std::map<std::string, std::string> ids;       // delivery key -> native id
  std::optional<absl::Status> down;             // what every call answers
  std::map<std::string, absl::Status> refuses;  // Deliver of this key
  std::map<std::string, int> loses_answer;      // so many Delivers of this key write and fail
  std::vector<std::string> announced;           // keys
  bool shows_settled = false;                   // in Poll, as a side may
  int polls = 0, finds = 0, delivers = 0, checks = 0;
};

inline absl::Status NativeDown() {
  return MakeError(absl::StatusCode::kUnavailable, "NATIVE_UNAVAILABLE", "", "does not answer");
}

class FakeAdapter final : public Adapter {
 public:
  explicit FakeAdapter(NativeSide& side) : side_(side) {}

  absl::StatusOr<std::vector<NativeItem>> Poll(size_t limit) override {
    ++side_.polls;
    if (side_.down.has_value()) return *side_.down;
    std::vector<NativeItem> items;
    for (const NativeItem& item : side_.ready) {
      const auto settled = side_.settled.find(item.key);
      if (settled != side_.settled.end() && !side_.shows_settled) continue;
      if (items.size() == limit) break;
      items.push_back(item);
    }
    return items;
  }
  absl::Status Settle(const std::string& key, const Settlement& settlement) override {
    if (side_.down.has_value()) return *side_.down;
    side_.settled[key] = settlement;
    return absl::OkStatus();
  }
  void Announce(absl::Span<const NativeDelivery> next) override {
    for (const NativeDelivery& each : next) side_.announced.push_back(each.key);
  }
  absl::StatusOr<std::string> Deliver(const NativeDelivery& delivery) override {
    ++side_.delivers;
    if (side_.down.has_value()) return *side_.down;
    if (const auto refused = side_.refuses.find(delivery.key); refused != side_.refuses.end()) {
      return refused->second;
    }
    // No unique key of its own: the runtime alone must keep it from being written twice.
    side_.written.push_back(delivery);
    const std::string id = absl::StrCat("native-", side_.written.size());
    side_.ids[delivery.key] = id;
    if (int& left = side_.loses_answer[delivery.key]; left > 0) {
      --left;
      return MakeError(absl::StatusCode::kDeadlineExceeded, "NATIVE_TIMEOUT", "", "no answer");
    }
    return id;
  }
  absl::StatusOr<std::optional<std::string>> Find(const std::string& delivery_key) override {
    ++side_.finds;
    if (side_.down.has_value()) return *side_.down;
    const auto found = side_.ids.find(delivery_key);
    if (found == side_.ids.end()) return std::optional<std::string>();
    return std::optional<std::string>(found->second);
  }
  Health Check() override {
    ++side_.checks;
    return side_.down.has_value() ? Health{false, "fake", ErrorReason(*side_.down)}
                                  : Health{true, "fake"};
  }
  // "KEY FIELD=VALUE FIELD=VALUE", a line each.
  absl::StatusOr<std::vector<NativeItem>> Decode(std::string_view bytes) const override {
    std::vector<NativeItem> items;
    while (!bytes.empty()) {
      const size_t end = std::min(bytes.find('\n'), bytes.size());
      std::string_view line = bytes.substr(0, end);
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
      NativeItem item;
      item.key = std::string(line.substr(0, line.find(' ')));
      while (line.find(' ') != std::string_view::npos) {
        line.remove_prefix(line.find(' ') + 1);
        const std::string_view pair = line.substr(0, line.find(' '));
        const size_t equals = pair.find('=');
        if (equals == std::string_view::npos) {
          return MakeError(absl::StatusCode::kInvalidArgument, "NATIVE_FORMAT_INVALID", "line",
                           "expected FIELD=VALUE");
        }
        item.record.fields[std::string(pair.substr(0, equals))].emplace_back(
            pair.substr(equals + 1));
      }
      items.push_back(std::move(item));
    }
    return items;
  }

 private:
  NativeSide& side_;
};

inline NativeItem SampleCase(const std::string& key, const std::string& value = "a") {
  NativeItem item{.key = key};
  item.record.fields["FIELD"] = {value};
  return item;
}

}  // namespace amana::runtime::testing

#endif  // AMANA_AGENCY_ADAPTERS_RUNTIME_TESTING_H_
