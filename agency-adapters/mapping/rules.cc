#include "agency-adapters/mapping/rules.h"

#include <utility>

#include "agency-adapters/mapping/code_tables.h"
#include "agency-adapters/mapping/errors.h"
#include "agency-adapters/mapping/header_member.h"
#include "base/config.h"
#include "base/status.h"
#include "proto/codes/names.h"

namespace amana::mapping {
namespace {

using Kind = HeaderMember::Kind;

constexpr size_t kMaxFile = size_t{1} << 20;

enum class Required { kNo, kIn, kOut, kBoth };

// "header.services[0].recipient" as the header's members are named.
std::string MemberName(const FactPath& path) {
  std::string name;
  for (const Step& step : path.steps) {
    name += (name.empty() ? "" : ".") + step.name;
    if (step.choice != Step::Choice::kNone) name += "[]";
  }
  return name;
}

// Every day and, for times, every second must read back as itself.
bool TellsApart(const ValueRule& rule) {
  for (const int64_t seconds : {-631152000LL, 951782400LL, 946684799LL, 1927872900LL}) {
    absl::Time time = absl::FromUnixSeconds(seconds);
    const bool day = rule.type != ValueType::kDateTime;
    const absl::TimeZone zone = day ? absl::UTCTimeZone() : rule.zone;
    if (day) time = absl::FromCivil(absl::ToCivilDay(time, zone), zone);
    if (!day) time = absl::FromCivil(absl::ToCivilMinute(time, zone), zone);
    const std::string text = absl::FormatTime(rule.format, time, zone);
    absl::Time again;
    std::string why;
    if (!absl::ParseTime(rule.format, text, zone, &again, &why) || again != time) return false;
  }
  return true;
}

bool SetZone(const std::string& name, absl::TimeZone& zone) {
  if (name.size() == 6 && (name[0] == '+' || name[0] == '-') && name[3] == ':') {
    absl::Time time;
    std::string why;
    if (!absl::ParseTime("%Ez", name, &time, &why)) return false;
    const int minutes = std::stoi(name.substr(1, 2)) * 60 + std::stoi(name.substr(4, 2));
    zone = absl::FixedTimeZone((name[0] == '-' ? -60 : 60) * minutes);
    return true;
  }
  return absl::LoadTimeZone(name, &zone);
}

class Parser {
 public:
  explicit Parser(ConfigReader& reader) : root_(reader.Root()), tables_(root_.Table("codes")) {}

  Rules Parse() {
    const ConfigTable head = root_.Table("mapping");
    rules_.name = head.String("name");
    rules_.version = head.Int("version", 1, 1'000'000);
    rules_.source = head.String("source");
    for (const ConfigTable& item : root_.Tables("fixed")) Fixed(item);
    for (const ConfigTable& item : root_.Tables("ignore")) Ignore(item);
    for (const ConfigTable& item : root_.Tables("field")) Field(item);
    if (rules_.fields.empty()) root_.Refuse("field", "expected at least one [[field]]");
    tables_.RefuseUnused();
    return std::move(rules_);
  }

 private:
  void Fixed(const ConfigTable& item) {
    const std::string native = item.String("native");
    if (!rules_.fixed.emplace(native, item.String("value")).second) Twice(item);
    item.String("note", "");
  }

  void Ignore(const ConfigTable& item) {
    const std::string native = item.String("native");
    const std::string why = item.String("why");
    if (native.empty() || native == "*") item.Refuse("native", "expected a field, or prefix*");
    if (why.empty()) item.Refuse("why", "expected a reason");
    if (rules_.fixed.contains(native)) Twice(item);
    if (!rules_.ignored.emplace(native, why).second) Twice(item);
  }

  static void Twice(const ConfigTable& item) {
    item.Refuse("native", "expected a field that is not declared elsewhere");
  }

  void Field(const ConfigTable& item) {
    Rule rule;
    rule.native = item.String("native");
    rule.direction = item.Enum<Direction>(
        "direction", {{"both", Direction::kBoth}, {"in", Direction::kIn}, {"out", Direction::kOut}},
        Direction::kBoth);
    rule.separator = item.String("separator", "");
    rule.standard = item.StringList("standard", std::vector<std::string>());
    item.String("note", "");
    Value(item, rule.value);
    if (rule.native.empty()) item.Refuse("native", "expected a field");
    if (rules_.fixed.contains(rule.native) || rules_.WhyIgnored(rule.native) != nullptr) {
      Twice(item);
    }
    if (Path(item, rule)) Keep(item, std::move(rule));
  }

  void Value(const ConfigTable& item, ValueRule& value) {
    value.type = item.Enum<ValueType>("type", {{"text", ValueType::kText},
                                               {"integer", ValueType::kInteger},
                                               {"number", ValueType::kNumber},
                                               {"boolean", ValueType::kBoolean},
                                               {"date", ValueType::kDate},
                                               {"datetime", ValueType::kDateTime},
                                               {"year", ValueType::kYear},
                                               {"code", ValueType::kCode},
                                               {"country", ValueType::kCountry}});
    switch (value.type) {
      case ValueType::kText:
        value.max = static_cast<size_t>(item.Int("max", 1, kMaxText, kMaxText));
        break;
      case ValueType::kInteger:
        value.digits = static_cast<int>(item.Int("digits", 1, 18, 0));
        break;
      case ValueType::kBoolean:
        value.yes = item.String("yes");
        value.no = item.String("no");
        if (value.yes.empty() || value.no.empty() || value.yes == value.no) {
          item.Refuse("yes", "expected two different texts, yes and no");
        }
        break;
      case ValueType::kDateTime:
        if (!SetZone(item.String("zone"), value.zone)) {
          item.Refuse("zone", "expected a time zone, as \"Africa/Nairobi\" or \"+03:00\"");
        }
        [[fallthrough]];
      case ValueType::kDate:
      case ValueType::kYear:
        value.format = item.String("format");
        if (!TellsApart(value)) item.Refuse("format", "expected one that tells every day apart");
        break;
      case ValueType::kCode:
        value.codes = tables_.Get(item, "codes");
        break;
      case ValueType::kCountry:
        value.country = item.Enum<CountryForm>("format", {{"alpha-2", CountryForm::kAlpha2},
                                                          {"alpha-3", CountryForm::kAlpha3},
                                                          {"icao-9303", CountryForm::kIcao}});
        break;
      case ValueType::kNumber:
        break;
    }
  }

  bool Path(const ConfigTable& item, Rule& rule) {
    const std::string text = item.String("to");
    std::optional<FactPath> path = ParseFactPath(text);
    if (!path.has_value()) {
      item.Refuse("to", "expected CATEGORY.member or header.member");
      return false;
    }
    rule.to = *std::move(path);
    const std::string& room = rule.to.steps[0].name;
    if (room == "header") return Header(item, rule);
    if (!codes::ParseCode<v1::Category>(room).has_value()) {
      item.Refuse("to", "expected a category, or header");
      return false;
    }
    return true;
  }

  static bool Header(const ConfigTable& item, Rule& rule) {
    const HeaderMember* const member = FindHeaderMember(MemberName(rule.to));
    if (member == nullptr) {
      item.Refuse("to", "expected a member of the header");
      return false;
    }
    ValueRule& value = rule.value;
    value.shape = member->shape;
    const ValueType type = value.type;
    const bool code = type == ValueType::kCode;
    const bool fits = member->kind == Kind::kCode      ? code
                      : member->kind == Kind::kBoolean ? type == ValueType::kBoolean
                      : member->kind == Kind::kCounty  ? code || type == ValueType::kInteger
                                                       : code || type == ValueType::kText;
    if (!fits) item.Refuse("type", "expected the type of this member of the header");
    if (!code || value.codes == nullptr) return fits;
    for (const auto& [ours, native] : value.codes->native) {
      const bool known =
          member->list == nullptr || codes::NumberIn(*member->list, ours).has_value();
      if (!known || !ReadValue(value, native).has_value()) {
        item.Refuse("codes", "expected a table of what this member of the header can be");
        return false;
      }
    }
    return fits;
  }

  void Keep(const ConfigTable& item, Rule rule) {
    const size_t each = rule.to.EachCount(), most = rule.separator.empty() ? 1 : 2;
    const bool at_end = rule.to.steps.back().choice == Step::Choice::kEach;
    if (each > most || (each == 0 && !rule.separator.empty()) || (each == 2 && !at_end)) {
      item.Refuse("to",
                  "expected one [] for repeated values, or for those that `separator` "
                  "divides; both only with the divided one last");
    }
    if (rule.value.type == ValueType::kYear && rule.direction != Direction::kIn) {
      item.Refuse("direction", "expected \"in\": no date can be made of a year");
    }
    Demand(item, rule);
    for (const Rule& other : rules_.fields) {
      if (const std::string_view clash = Clash(rule.to, other.to); !clash.empty()) {
        item.Refuse("to", "disagrees with \"" + other.to.text + "\": " + std::string(clash));
      }
      if (rule.to.text == other.to.text && rule.Reads() && other.Reads()) {
        item.Refuse("to", "is read from another field already");
      }
      if (rule.native == other.native && rule.Repeats() != other.Repeats()) {
        item.Refuse("native", "expected either one value or several, in all its uses");
      }
    }
    rules_.by_native[rule.native].push_back(rules_.fields.size());
    rules_.fields.push_back(std::move(rule));
  }

  void Demand(const ConfigTable& item, const Rule& rule) {
    const auto required = item.Enum<Required>(
        "required", {{"in", Required::kIn}, {"out", Required::kOut}, {"both", Required::kBoth}},
        Required::kNo);
    const bool in = required == Required::kIn || required == Required::kBoth;
    const bool out = required == Required::kOut || required == Required::kBoth;
    if ((in && !rule.Reads()) || (out && !rule.Writes())) {
      item.Refuse("required", "expected a direction that the field has");
    }
    if (in) rules_.required_in.insert(rule.native);
    if (out) rules_.required_out.insert(rule.native);
  }

  const ConfigTable root_;
  CodeTables tables_;
  Rules rules_;
};

}  // namespace

const std::string* Rules::WhyIgnored(std::string_view native) const {
  if (const auto exact = ignored.find(native); exact != ignored.end()) return &exact->second;
  for (const auto& [name, why] : ignored) {
    if (name.ends_with('*') && native.starts_with(name.substr(0, name.size() - 1))) return &why;
  }
  return nullptr;
}

absl::StatusOr<Rules> ParseRules(std::string_view toml, std::string_view file) {
  if (toml.size() > kMaxFile) return MappingInvalidError(std::string(file) + ":1: over 1 MiB");
  const auto reader = ConfigReader::FromText(toml, std::string(file));
  if (!reader.ok()) return MappingInvalidError(std::string(reader.status().message()));
  Rules rules = Parser(**reader).Parse();
  if (const absl::Status status = (*reader)->Finish(); !status.ok()) {
    return MappingInvalidError(std::string(status.message()));
  }
  return rules;
}

}  // namespace amana::mapping
