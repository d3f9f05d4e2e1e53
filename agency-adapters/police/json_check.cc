#include "agency-adapters/police/json_check.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "agency-adapters/mapping/report.h"
#include "agency-adapters/runtime/errors.h"
#include "base/status.h"

namespace amana::police {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxValues = 4000;

// Stops at the first finding.
class Checker final : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return Value(); }
  bool boolean(bool) override { return Value(); }
  bool number_integer(number_integer_t) override { return Value(); }
  bool number_unsigned(number_unsigned_t) override { return Value(); }
  bool number_float(number_float_t, const string_t&) override { return Value(); }
  bool string(string_t&) override { return Value(); }
  bool binary(binary_t&) override { return Value(); }
  bool start_object(size_t) override { return Open(); }
  bool end_object() override { return Close(); }
  bool start_array(size_t) override { return Open(); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    levels_.back().name = name;
    return levels_.back().names.insert(name).second || Fail("each name once");
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override {
    return Fail("JSON in UTF-8");
  }

  absl::Status status() const { return status_; }

 private:
  struct Level {
    std::string name;  // the latest
    std::set<std::string> names;
  };

  bool Value() { return ++values_ <= kMaxValues || Fail("at most 4000 values"); }
  bool Open() {
    if (levels_.size() == kMaxDepth) return Fail("at most 16 levels");
    levels_.emplace_back();
    return Value();
  }
  bool Close() {
    levels_.pop_back();
    return true;
  }
  bool Fail(std::string_view expected) {
    std::string path;
    for (const Level& level : levels_) {
      if (!level.name.empty()) path += (path.empty() ? "" : "/") + level.name;
    }
    status_ = runtime::NativeFormatInvalid(path.empty() ? "" : mapping::ShownName(path),
                                           "expected " + std::string(expected));
    return false;
  }

  std::vector<Level> levels_;
  size_t values_ = 0;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<Json> ParseCheckedJson(std::string_view bytes, size_t max_size) {
  if (bytes.size() > max_size) return runtime::NativeFormatInvalid("", "expected less");
  Checker checker;
  if (!Json::sax_parse(bytes, &checker)) return checker.status();
  return Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
}

}  // namespace amana::police
