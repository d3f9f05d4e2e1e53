// Where a fact is in a case as JSON (case_facts.h): "TRAVEL_DOC.entry_stamps[].date". The first
// word is "header" or a category; a step may choose among a list's elements:
//   name[]            each element, one for each value
//   name[1]           the element at this place, from 0
//   name[type=HOME]   the element whose member `type` is HOME; made where there is none
#ifndef AMANA_AGENCY_ADAPTERS_MAPPING_FACT_PATH_H_
#define AMANA_AGENCY_ADAPTERS_MAPPING_FACT_PATH_H_

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace amana::mapping {

struct Step {
  enum class Choice { kNone, kEach, kIndex, kWhere };
  std::string name;
  Choice choice = Choice::kNone;
  size_t index = 0;
  std::string key, value;  // kWhere
};

struct FactPath {
  std::string text;  // as it was written
  std::vector<Step> steps;

  size_t EachCount() const;
  // The text up to and with the first [], which names the list; empty where there is none.
  std::string EachList() const;
};

// None unless it is as above: words of [A-Za-z0-9_], at most 8 steps, places below 64. The first
// word is not looked at.
std::optional<FactPath> ParseFactPath(std::string_view text);

// Why two paths cannot be in one case: one is inside the other's value, or they choose differently
// among one list's elements. Empty if they can.
std::string_view Clash(const FactPath& a, const FactPath& b);

// The node at the path, made with all above it, null if it is new; `element` and `second` are the
// places in the first and the second []. Null if what is there has another form.
nlohmann::json* MakeNode(nlohmann::json& root, const FactPath& path, size_t element, size_t second);

// What is found at a path. A null `value`: nothing is said there.
struct Found {
  std::string pointer;  // of the leaf, as RFC 6901 writes it
  size_t element = 0, second = 0;
  const nlohmann::json* value = nullptr;
};

// Everything at the path, in order, also elements in which nothing is said. None where what is
// there has another form than the path says. `used` gets the pointers of leaves by which elements
// were chosen.
std::optional<std::vector<Found>> FindAll(const nlohmann::json& root, const FactPath& path,
                                          std::set<std::string>& used);

// All leaves that say something: not null, no empty object or list. Pointer, and the path with []
// for every place, made of names that can be shown.
struct Leaf {
  std::string pointer;
  std::string shown;
};
std::vector<Leaf> Leaves(const nlohmann::json& root);

}  // namespace amana::mapping

#endif  // AMANA_AGENCY_ADAPTERS_MAPPING_FACT_PATH_H_
