// JSON from outside. The parser itself takes any depth, but copying, comparing and writing out go a
// call deeper with each level: a few kilobytes of brackets would overflow the stack.
#ifndef AMANA_BASE_JSON_TEXT_H_
#define AMANA_BASE_JSON_TEXT_H_

#include <string_view>

#include <nlohmann/json.hpp>

namespace amana {

inline constexpr int kDeepestJson = 64;

// A discarded value (is_discarded()) where `text` is no JSON, or is nested deeper than
// kDeepestJson levels within the outermost value. `Json` may be nlohmann::ordered_json. Pure;
// thread-safe.
template <typename Json = nlohmann::json>
Json ParseJson(std::string_view text) {
  bool deep = false;
  Json json = Json::parse(
      text,
      [&deep](int depth, typename Json::parse_event_t, Json&) {
        deep = deep || depth > kDeepestJson;
        return !deep;
      },
      /*allow_exceptions=*/false);
  return deep ? Json(Json::value_t::discarded) : json;
}

}  // namespace amana

#endif  // AMANA_BASE_JSON_TEXT_H_
