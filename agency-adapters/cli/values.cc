#include "agency-adapters/cli/values.h"

#include <charconv>
#include <optional>

#include "absl/strings/string_view.h"

namespace amana::cli {
namespace {

absl::string_view ToAbsl(std::string_view text) { return {text.data(), text.size()}; }

std::optional<uint32_t> Whole(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional<uint32_t>(value) : std::nullopt;
}

}  // namespace

std::string NamesOf(const google::protobuf::EnumDescriptor& list) {
  std::string names;
  for (int i = 0; i < list.value_count(); ++i) {
    const int number = list.value(i)->number();
    if (number == 0) continue;
    names += (names.empty() ? "" : ", ") + std::string(codes::NameIn(list, number));
  }
  return names;
}

absl::StatusOr<absl::Duration> DurationOption(std::string_view option, std::string_view text) {
  absl::Duration duration;
  if (text.ends_with('d')) {
    if (const auto days = Whole(text.substr(0, text.size() - 1)); days.has_value() && *days > 0) {
      return absl::Hours(24) * *days;
    }
  } else if (absl::ParseDuration(ToAbsl(text), &duration) && duration > absl::ZeroDuration()) {
    return duration;
  }
  return UsageError(option, "expected a duration such as 30d, 36h or 90m");
}

absl::StatusOr<absl::Time> TimeOption(std::string_view option, std::string_view text) {
  absl::Time time;
  std::string error;
  const bool day = text.size() == 10;
  const absl::string_view format = day ? "%Y-%m-%d" : absl::RFC3339_full;
  if (absl::ParseTime(format, ToAbsl(text), absl::UTCTimeZone(), &time, &error)) return time;
  return UsageError(option, "expected a date (2031-02-02) or a time (2031-02-02T08:00:00+03:00)");
}

absl::StatusOr<uint32_t> MonthOption(std::string_view option, std::string_view text) {
  if (text.size() == 7 && text[4] == '-') {
    const auto year = Whole(text.substr(0, 4));
    const auto month = Whole(text.substr(5));
    if (year.has_value() && *year >= 1970 && month.has_value() && *month >= 1 && *month <= 12) {
      return (*year - 1970) * 12 + *month - 1;
    }
  }
  return UsageError(option, "expected a month such as 2031-02");
}

absl::StatusOr<Address> AddressOption(std::string_view option, std::string_view text) {
  const absl::StatusOr<Address> address = ParseAddress(text, option);
  if (address.ok()) return *address;
  return UsageError(option, "expected AGENCY/UNIT, each of a-z, 0-9 and '-'");
}

absl::StatusOr<StatementKey> ReferralOption(std::string_view option, std::string_view text,
                                            const AgencyId& own) {
  if (text.find('/') == std::string_view::npos) {
    AMANA_ASSIGN_OR_RETURN(const ReferralId id, HexOption<ReferralId>(option, text));
    return StatementKey{own, id, 1};
  }
  const absl::StatusOr<StatementKey> key = sdk::ParseStatementKey(text);
  if (key.ok()) return *key;
  return UsageError(option, "expected AGENCY/<32 hex digits>/VERSION, or the digits alone");
}

std::string DeliveryName(const sdk::DeliveryKey& key) {
  return sdk::ToString(key.referral) + ":" + std::to_string(key.task) + ":" +
         std::to_string(key.offer_epoch) + ":" + std::string(codes::CodeName(key.stage)) +
         (key.update == 0 ? "" : ":" + std::to_string(key.update));
}

absl::StatusOr<sdk::DeliveryKey> DeliveryOption(std::string_view option, std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::string_view rest = text;;) {
    const size_t end = rest.find(':');
    parts.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  if (parts.size() == 4 || parts.size() == 5) {
    const auto referral = sdk::ParseStatementKey(parts[0]);
    const auto task = Whole(parts[1]);
    const auto epoch = Whole(parts[2]);
    const auto stage = codes::ParseCode<v1::DisclosureStage>(parts[3]);
    const bool whole = parts.size() == 4;
    const auto update = whole ? std::optional<uint32_t>(0) : Whole(parts[4]);
    if (referral.ok() && task.has_value() && epoch.has_value() && stage.has_value() &&
        update.has_value() && whole == (*update == 0)) {
      return sdk::DeliveryKey{*referral, *task, *epoch, *stage, *update};
    }
  }
  return UsageError(option, "expected a delivery as `amana admin dead-letters` prints it");
}

}  // namespace amana::cli
